/** What came into the log since it was read. Pure. */
import type { LogEntry } from "@/api/schema";

/**
 * The entries of the newest page that are newer than `known`. Null where the newest page does not reach down to what
 * is known: then there is a gap, and the log has to be read anew.
 */
export function newerThan(known: LogEntry | undefined, newest: readonly LogEntry[]): LogEntry[] | null {
  if (!known) return [...newest];
  const at = newest.findIndex((entry) => entry.id === known.id);
  return at < 0 ? null : newest.slice(0, at);
}
