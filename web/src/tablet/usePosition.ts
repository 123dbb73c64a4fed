import { useEffect } from "react";
import { useStream } from "../live/useStream";

const every = 15_000; // ms; between two positions that leave the tablet

/** Tells where the crew is while the page is open, if the device allows it. */
export function usePosition(): void {
  const stream = useStream();
  useEffect(() => {
    // Absent on pages that did not come over TLS.
    const places = (navigator as Partial<Navigator>).geolocation;
    if (places === undefined) return;
    let last = 0;
    const watch = places.watchPosition(
      ({ coords, timestamp }) => {
        if (Date.now() - last < every) return;
        last = Date.now();
        stream.position({
          point: { type: "Point", coordinates: [coords.longitude, coords.latitude] },
          at: new Date(timestamp).toISOString(),
        });
      },
      () => undefined, // denied: the room sees an old position, and says so
      { enableHighAccuracy: true, maximumAge: every },
    );
    return () => places.clearWatch(watch);
  }, [stream]);
}
