import { useQueryClient } from "@tanstack/react-query";
import { useNotice } from "../live/useStream";
import { FollowUps } from "./FollowUps";
import { NewIncidents } from "./NewIncidents";
import { Repeats } from "./Repeats";
import { Unverified } from "./Unverified";
import type { Go } from "./words";

/** What needs this officer today: follow-ups, addresses that call again, and what is new. */
export function Today({ go }: { go: Go }) {
  const queries = useQueryClient();
  const reload = () => {
    for (const key of ["followUps", "repeats", "incidents", "unverified"])
      void queries.invalidateQueries({ queryKey: [key] });
  };
  useNotice("alert", reload);
  useNotice("resync", reload);
  return (
    <div className="district-today">
      <FollowUps go={go} />
      <div className="stack">
        <Repeats go={go} />
        <NewIncidents go={go} />
        <Unverified go={go} />
      </div>
    </div>
  );
}
