/**
 * What each event means for what the app has read: cached answers are patched where the event says all that
 * changed, and read again where it does not.
 *
 * The table of cached files is not among them: it keeps its own pages (`features/cached`).
 */
import type { QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "./connection";

/** Whether caching is paused: a key of its own, since what makes the plan be read again says nothing about it. */
export const PAUSED = ["paused"];

/** Answers whose keys begin with one of these are read again, at most once per `CALM` each. */
const CALM = 1_000;
/** A plan is drawn up anew for whoever asks, from everything that is cached. */
const CALM_OF_PLAN = 5_000;

interface Waiting {
  at: number;
  timer: ReturnType<typeof setTimeout>;
}

const waiting = new WeakMap<QueryClient, Map<string, Waiting>>();

/** Reads what begins with this path again, soon; many calls are one, at the earliest time that one of them asks for. */
export function readAgainSoon(queries: QueryClient, path: string, calm = CALM): void {
  const timers = waiting.get(queries) ?? new Map<string, Waiting>();
  waiting.set(queries, timers);
  const at = Date.now() + calm;
  const before = timers.get(path);
  if (before && before.at <= at) return;
  clearTimeout(before?.timer);
  const timer = setTimeout(() => {
    timers.delete(path);
    void queries.invalidateQueries({ predicate: (query) => begins(query.queryKey, path) });
  }, calm);
  timers.set(path, { at, timer });
}

function begins(key: readonly unknown[], path: string): boolean {
  return typeof key[1] === "string" && key[1].startsWith(path);
}

/** After a gap nothing that was read is sure. */
export function readEverythingAgain(queries: QueryClient): void {
  void queries.invalidateQueries();
}

export function applyEvent(queries: QueryClient, event: LiveEvent): void {
  switch (event.type) {
    case "cache_statistics_updated":
      queries.setQueriesData(
        {
          predicate: (query) => begins(query.queryKey, "/api/cached/statistics") && query.queryKey.length < 4,
        },
        (old: unknown) =>
          isAnswer(old) && "cache_hit_ratio" in old.data ? { ...old, data: event.data } : old,
      );
      readAgainSoon(queries, "/api/cached/space");
      break;
    case "cache_file_added":
    case "cache_file_removed":
      readAgainSoon(queries, "/api/cached/operations");
      readAgainSoon(queries, "/api/plan", CALM_OF_PLAN);
      break;
    case "job_finished":
      readAgainSoon(queries, "/api/jobs");
      break;
    case "session_started":
    case "session_ended":
      readAgainSoon(queries, "/api/sessions");
      readAgainSoon(queries, "/api/cached/statistics/history");
      break;
    case "plan_paused":
      queries.setQueryData(PAUSED, event.data.paused);
      readAgainSoon(queries, "/api/plan");
      break;
    case "mover_runs":
      // What waits says what it waits for.
      readAgainSoon(queries, "/api/jobs");
      readAgainSoon(queries, "/api/plan");
      break;
    default:
      // Progress is for those who show it; what a later server tells is not ours to know.
      break;
  }
}

interface Answer {
  data: Record<string, unknown>;
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "data" in value && typeof value.data === "object";
}
