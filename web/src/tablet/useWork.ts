import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, done } from "../api/client";
import { useNotice } from "../live/useStream";
import { chime } from "./chime";
import { storeWork, workOnDevice, type Assignment, type Briefing } from "./work";

/** What the unit is sent to: from the server, from the stream, and kept on the device for when there is neither. */
export function useWork() {
  const queries = useQueryClient();
  const [fresh, setFresh] = useState<string | null>(null);
  const work = useQuery({
    queryKey: ["work"],
    queryFn: async () => {
      try {
        const { items } = await done(client.GET("/api/v1/units/mine/work"));
        for (const { assignment, briefing } of items) {
          await storeWork({ assignment, briefing, heardAt: new Date().toISOString() });
        }
      } catch (error) {
        const onDevice = await workOnDevice();
        if (onDevice.length === 0) throw error;
      }
      return workOnDevice();
    },
    networkMode: "always",
    retry: false,
  });
  const reload = () => queries.invalidateQueries({ queryKey: ["work"] });
  // The acknowledgement waits for this promise: it is sent when the device has stored the revision.
  useNotice<Briefing & { assignment: Assignment }>("briefing", async ({ at, body }) => {
    const { assignment, ...briefing } = body;
    const news = await storeWork({ assignment, briefing, heardAt: at });
    queries.setQueryData(["work"], await workOnDevice());
    if (!news) return;
    chime();
    setFresh((now) => now ?? assignment.id);
  });
  useNotice("resync", reload);
  return {
    work,
    fresh,
    seen: () => {
      setFresh(null);
    },
    reload,
  };
}

export function addressOf(briefing: Briefing): string {
  return briefing.address?.label ?? "—";
}
