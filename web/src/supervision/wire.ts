import type { Schemas } from "../api/client";

export type Unread = Schemas["UnreadBriefing"];
export type Watched = Schemas["WatchedIncident"];
export type TakenOver = Schemas["ControlTakenOver"];

/** A supervisor must notice this now. */
export type Alert = {
  kind: string;
  number?: string;
  call_sign?: string;
  step?: "delivered" | "displayed" | "read";
  by?: string;
};
