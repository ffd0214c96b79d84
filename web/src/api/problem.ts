/** What can go wrong between a click and its answer. */
import type { ErrorCode } from "./schema";

/** The server's codes, and those of the way there. */
export type ProblemCode = ErrorCode | "unreachable" | "unreadable_answer";

/** A refusal, as the server words it: what happened, and what to do. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly code: ProblemCode,
    message: string,
    /** The HTTP status; absent where there was no answer. */
    readonly status?: number,
    /** The body, for those few codes that say more. */
    readonly body?: unknown,
    /** Seconds until asking again makes sense, where the server says so. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  /** Whether asking again, without any change, may succeed. */
  get isPassing(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}

interface Refusal {
  error: string;
  code: ErrorCode;
}

function isRefusal(body: unknown): body is Refusal {
  return typeof body === "object" && body !== null && "code" in body && "error" in body;
}

/** `Retry-After` in seconds; as a date it is of no use to a browser whose clock may be wrong. */
function secondsOf(header: string | null): number | undefined {
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/** What went wrong, as a `Problem`. */
export async function asProblem(cause: unknown): Promise<Problem> {
  if (cause instanceof Problem) return cause;
  if (cause instanceof Response) {
    let body: unknown;
    try {
      body = await cause.clone().json();
    } catch {
      // A proxy in between answers in its own words.
    }
    return isRefusal(body)
      ? new Problem(body.code, body.error, cause.status, body, secondsOf(cause.headers.get("Retry-After")))
      : new Problem("unreadable_answer", `${cause.status} ${cause.statusText}`.trim(), cause.status);
  }
  return new Problem("unreachable", cause instanceof Error ? cause.message : String(cause));
}

/** The same where nothing can be waited for: whatever is thrown within the app. */
export function problemOf(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  return new Problem("unreachable", cause instanceof Error ? cause.message : String(cause));
}
