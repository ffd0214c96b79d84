/**
 * What the address of this page remembers: what is looked for, how it is sorted, which file is open.
 *
 * Addresses are typed, shared and mistyped: what makes no sense is passed over, never an error.
 */
import type { FileSort, FileStatus, Operation, SortOrder } from "@/api/schema";

export const STATUSES = ["active", "orphaned", "pending_removal", "removed"] as const satisfies FileStatus[];

/** `trakt` is known to the API and comes from nowhere yet; an address may still name it. */
export const OPERATIONS = [
  "active_watching",
  "real_time_watch",
  "continue_watching",
  "ondeck",
  "watchlist",
  "trakt",
  "manual",
] as const satisfies Operation[];

export const SORTS = [
  "filename",
  "file_size_bytes",
  "cached_at",
  "last_accessed",
  "access_count",
  "priority",
] as const satisfies FileSort[];

const ORDERS = ["asc", "desc"] as const satisfies SortOrder[];

export interface CachedSearch {
  q?: string;
  status?: FileStatus;
  user?: string;
  why?: Operation;
  library?: string;
  /** Bytes, both inclusive. */
  min?: number;
  max?: number;
  /** A day, or an instant in RFC 3339. */
  since?: string;
  sort?: FileSort;
  order?: SortOrder;
  /** The file whose details are open. */
  file?: string;
}

const LONGEST = 500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

export function cachedSearch(given: Record<string, unknown>): CachedSearch {
  const found: CachedSearch = {};
  // `?q=2001` arrives as a number.
  const words = (value: unknown): string | undefined => {
    const text = typeof value === "number" ? String(value) : value;
    return typeof text === "string" && text.trim() !== "" ? text.slice(0, LONGEST) : undefined;
  };
  const set = <Key extends keyof CachedSearch>(key: Key, value: CachedSearch[Key] | undefined) => {
    if (value !== undefined) found[key] = value;
  };
  set("q", words(given.q));
  set("status", oneOf(STATUSES, given.status));
  set("user", words(given.user));
  set("why", oneOf(OPERATIONS, given.why));
  set("library", words(given.library));
  set("min", wholeBytes(given.min));
  set("max", wholeBytes(given.max));
  const since = words(given.since);
  if (since && INSTANT.test(since) && !Number.isNaN(Date.parse(since))) set("since", since);
  set("sort", oneOf(SORTS, given.sort));
  set("order", oneOf(ORDERS, given.order));
  const file = words(given.file);
  if (file && UUID.test(file)) set("file", file.toLowerCase());
  return found;
}

function oneOf<Value extends string>(allowed: readonly Value[], value: unknown): Value | undefined {
  return allowed.find((one) => one === value);
}

function wholeBytes(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
