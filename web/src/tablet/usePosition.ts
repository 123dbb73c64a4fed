import { useEffect, useState } from "react";
import type { Position } from "../live/frames";
import { useLink, useStream } from "../live/useStream";

const every = 10_000; // ms, between two positions that leave the tablet
const step = 50; // metres, after which one leaves earlier

/**
 * Tells where the crew is while the page is open, if the device allows it. The
 * last one is told again while the car stands: the centre must see that it is
 * not old. Nothing of it is kept on the device.
 */
export function usePosition(): "on" | "off" | "asking" {
  const stream = useStream();
  const live = useLink().state === "live";
  // Absent on pages that did not come over TLS.
  const places = (navigator as Partial<Navigator>).geolocation;
  const [state, setState] = useState<"on" | "off" | "asking">(places === undefined ? "off" : "asking");
  useEffect(() => {
    if (places === undefined || !live) return;
    let told: Position | null = null;
    const tell = ({ coords, timestamp }: GeolocationPosition) => {
      setState("on");
      const at = new Date(timestamp).toISOString();
      const next: Position = {
        point: { type: "Point", coordinates: [coords.longitude, coords.latitude] },
        at,
      };
      if (told !== null && !isDue(told, next)) return;
      told = next;
      stream.position(next);
    };
    const off = () => setState("off"); // denied, or no satellite: the centre sees how old the last one is
    const precisely = { enableHighAccuracy: true, maximumAge: every };
    const watch = places.watchPosition(tell, off, precisely);
    const again = setInterval(() => places.getCurrentPosition(tell, off, precisely), 6 * every);
    return () => {
      places.clearWatch(watch);
      clearInterval(again);
    };
  }, [places, stream, live]);
  return state;
}

/** Whether a position says enough more than the last one that was told. */
export function isDue(told: Position, next: Position): boolean {
  return Date.parse(next.at) - Date.parse(told.at) >= every || metres(told.point, next.point) >= step;
}

/** On a plane that touches the Earth there: over some hundred metres no worse than the satellites. */
function metres({ coordinates: a }: Position["point"], { coordinates: b }: Position["point"]): number {
  const degree = 111_195; // metres along a meridian
  const [east, north] = [(b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180), b[1] - a[1]];
  return Math.hypot(east, north) * degree;
}
