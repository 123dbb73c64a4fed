import type { TFunction } from "i18next";

/** A field that was refused, as the server names it, and why. */
export type Mistake = { field: string; detail: string };

/** RFC 9457, as the server writes it. */
export type Problem = {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: Mistake[] | null;
};

/** The server refused, and said why. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** What a person can do about it: the same few things as the server's kinds of fault. */
export type Kind =
  | "unreachable"
  | "invalid"
  | "signedOut"
  | "forbidden"
  | "notFound"
  | "conflict"
  | "tooLarge"
  | "tooMany"
  | "unavailable"
  | "internal";

export function kindOf(error: unknown): Kind {
  if (error instanceof Unreachable) return "unreachable";
  if (!(error instanceof Refused)) return "internal";
  switch (error.status) {
    case 400:
    case 422:
      return "invalid";
    case 401:
      return "signedOut";
    case 403:
      return "forbidden";
    case 404:
      return "notFound";
    case 409:
    case 412:
      return "conflict";
    case 413:
      return "tooLarge";
    case 429:
      return "tooMany";
    case 502:
    case 503:
    case 504:
      return "unavailable";
    default:
      return "internal";
  }
}

/**
 * The one place that turns a problem into words, in the language of the screen:
 * const { t } = useTranslation("api"); inWords(error, t).
 */
export function inWords(error: unknown, t: TFunction<"api">): string {
  return t(kindOf(error));
}

/** The fields that were refused, for an ErrorSummary; empty when the problem has none. */
export function mistakesOf(error: unknown): Mistake[] {
  return error instanceof Refused ? (error.problem.errors ?? []) : [];
}
