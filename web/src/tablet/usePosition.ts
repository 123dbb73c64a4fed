import { useEffect, useState } from "react";
import { useStream } from "../live/useStream";

const every = 10_000; // ms, the least between two positions that leave the tablet

/** Tells where the crew is while the page is open, if the device allows it. Nothing of it is kept here. */
export function usePosition(): "on" | "off" | "asking" {
  const stream = useStream();
  // Absent on pages that did not come over TLS.
  const places = (navigator as Partial<Navigator>).geolocation;
  const [state, setState] = useState<"on" | "off" | "asking">(places === undefined ? "off" : "asking");
  useEffect(() => {
    if (places === undefined) return;
    let last = 0;
    const watch = places.watchPosition(
      ({ coords, timestamp }) => {
        setState("on");
        if (Date.now() - last < every) return;
        last = Date.now();
        stream.position({
          point: { type: "Point", coordinates: [coords.longitude, coords.latitude] },
          at: new Date(timestamp).toISOString(),
        });
      },
      () => setState("off"), // denied, or no satellite: the centre sees how old the last one is
      { enableHighAccuracy: true, maximumAge: every },
    );
    return () => places.clearWatch(watch);
  }, [places, stream]);
  return state;
}
