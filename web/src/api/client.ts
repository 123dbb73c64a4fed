import createClient from "openapi-fetch";
import { Refused, Unreachable, type Problem } from "./problem";
import type { components, paths } from "./schema";

/** The wire types by name: Schemas["User"]. They are generated from the server's document. */
export type Schemas = components["schemas"];

/** Typed calls: `await done(client.GET("/api/v1/session"))`. The session cookie goes along. */
export const client = createClient<paths>({
  baseUrl: location.origin,
  credentials: "same-origin",
  // Looked up at each call, so that a test can put its own in place.
  fetch: (request) => globalThis.fetch(request),
});

type Answer<Data> = { data?: Data; error?: unknown; response: Response };

/**
 * Waits for a call and gives its body. Throws Refused with the server's problem,
 * or Unreachable when there was no answer.
 */
export async function done<Data>(call: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data } = await answered(call);
  return data as NonNullable<Data>;
}

/** As done, with the version of the record, for the If-Match of the next change. */
export async function doneWithVersion<Data>(
  call: Promise<Answer<Data>>,
): Promise<{ data: NonNullable<Data>; version: string | null }> {
  const { data, response } = await answered(call);
  return { data: data as NonNullable<Data>, version: response.headers.get("ETag") };
}

async function answered<Data>(call: Promise<Answer<Data>>): Promise<Answer<Data>> {
  let answer: Answer<Data>;
  try {
    answer = await call;
  } catch (cause) {
    // fetch rejects with a TypeError for every failure of the line.
    throw cause instanceof TypeError ? new Unreachable("no answer", { cause }) : cause;
  }
  const { error, response } = answer;
  if (!response.ok) throw new Refused(response.status, isProblem(error) ? error : {});
  return answer;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null;
}

/** For the update of a shared record, with the version of doneWithVersion: `params: { path: { id }, header: ifMatch(version) }`. */
export function ifMatch(version: string): { "If-Match": string } {
  return { "If-Match": version };
}
