/** How fresh this screen is. Every desk shows it; none may hide it. */
export type Link =
  | { state: "live" }
  /** Coming back; what is shown was true at lastHeard. Null: nothing was heard yet. */
  | { state: "resuming"; lastHeard: Date | null }
  /** A person must sign in again. */
  | { state: "signedOut"; lastHeard: Date | null }
  /** The server will not have this screen: another version of it, or another role. */
  | { state: "refused"; lastHeard: Date | null };

/** What a close code tells the client to do: 44xx come back and resume, 45xx stay away. */
export function afterClose(code: number): "resume" | "signedOut" | "refused" {
  if (code === 4501) return "signedOut";
  if (code >= 4500 && code < 4600) return "refused";
  return "resume";
}
