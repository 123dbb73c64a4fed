/** One frame from the server: `seq` is gapless within `topic`. */
export type Frame = { type: string; topic?: string; seq?: number; at: string; body?: unknown };

/**
 * What a screen hears about. Bodies are those of the contract; each desk knows
 * its own. `resync` says that what the screen shows of the topic may be old: load
 * it anew. It comes when a topic is heard for the first time, and whenever the
 * server cannot replay what was missed.
 */
export type NoticeType = "briefing" | "assessment" | "delivery" | "status" | "feedback" | "alert" | "resync";

export type Notice<Body = unknown> = {
  /** A NoticeType, or one that a newer server sends. */
  type: string;
  topic: string;
  seq: number;
  /** When the server committed it. */
  at: string;
  body: Body;
};

/** What a screen says by itself. Each may be sent twice: the server applies it once. */
export type Saying =
  | { type: "displayed"; body: { briefing_id: string; revision: number } }
  | { type: "read"; body: { briefing_id: string; revision: number } }
  | { type: "status"; body: { assignment_id: string; status: string; at: string; client_id: string } };

/** The server did not accept a frame: `of` is its type, `ref` what it named. */
export type Refusal = { of: string; ref?: string; detail?: string };

/** Whether a refusal is about this saying. A status is named by the client's id, the others by their briefing. */
export function isAbout({ of, ref }: Refusal, { type, body }: Saying): boolean {
  return of === type && ref === (type === "status" ? body.client_id : body.briefing_id);
}

/** Where the tablet is: only the newest counts, so it is never kept for later. */
export type Position = { point: { type: "Point"; coordinates: [number, number] }; at: string };

export function parseFrame(text: unknown): Frame | null {
  if (typeof text !== "string") return null;
  try {
    const frame: unknown = JSON.parse(text);
    return isFrame(frame) ? frame : null;
  } catch {
    return null;
  }
}

function isFrame(value: unknown): value is Frame {
  if (typeof value !== "object" || value === null) return false;
  const { type, topic, seq } = value as Record<string, unknown>;
  return (
    typeof type === "string" &&
    (topic === undefined || typeof topic === "string") &&
    (seq === undefined || typeof seq === "number")
  );
}

/** The notice in a frame, if it is one. `resync` names its topic in the body. */
export function noticeOf(frame: Frame): Notice | null {
  const { topic, seq } = frame.type === "resync" ? { ...frame, ...(frame.body as Partial<Frame>) } : frame;
  if (typeof topic !== "string" || typeof seq !== "number") return null;
  return { type: frame.type, topic, seq, at: frame.at, body: frame.body };
}

/** The body of `state`: since when the server cannot save, or null when it can. */
export function notSavingSince({ at, body }: Frame): Date | null {
  const { saving, since } = (body ?? {}) as { saving?: unknown; since?: unknown };
  if (saving !== false) return null;
  return new Date(typeof since === "string" ? since : at);
}

/** The body of `welcome`: the sequence after which each topic is served on this connection. */
export function welcomed(frame: Frame): Map<string, number> {
  const topics = (frame.body as { topics?: Record<string, unknown> } | undefined)?.topics ?? {};
  return new Map(
    Object.entries(topics).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}
