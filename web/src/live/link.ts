/** How fresh this screen is. Every desk shows it; none may hide it. */
export type Link =
  | { state: "live" }
  /** The line is up, but since then the server can neither save nor look up anything. */
  | { state: "notSaving"; since: Date }
  /** Coming back; what is shown was true at lastHeard. Null: nothing was heard yet. */
  | { state: "resuming"; lastHeard: Date | null }
  /** A person must sign in again. */
  | { state: "signedOut"; lastHeard: Date | null }
  /** The server will not have this screen: another version of it, or another role. */
  | { state: "refused"; lastHeard: Date | null };

/** Until when what is shown was kept up to date; null when it is, or when nothing was heard yet. */
export function trueUntil(link: Link): Date | null {
  if (link.state === "live") return null;
  return link.state === "notSaving" ? link.since : link.lastHeard;
}

/** What a close code tells the client to do: 44xx come back and resume, 45xx stay away. */
export function afterClose(code: number): "resume" | "signedOut" | "refused" {
  if (code === 4501) return "signedOut";
  if (code >= 4500 && code < 4600) return "refused";
  return "resume";
}
