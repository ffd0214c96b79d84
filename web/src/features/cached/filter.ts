/** What is looked for, in the words of the API; and the same question asked of a file that an event brings. */
import type { BatchFilterRequest, CachedFile, FileSort, SortOrder } from "@/api/schema";
import type { CachedSearch } from "./search";

/** The part of the address that says which files are meant. */
export type Filter = Pick<
  CachedSearch,
  "q" | "status" | "user" | "why" | "library" | "min" | "max" | "since"
>;

export const FILTER_KEYS = [
  "q",
  "status",
  "user",
  "why",
  "library",
  "min",
  "max",
  "since",
] as const satisfies (keyof Filter)[];

export interface Sorting {
  sort: FileSort;
  order: SortOrder;
}

export function filterOf(search: CachedSearch): Filter {
  const { q, status, user, why, library, min, max, since } = search;
  const whole = { q: q?.trim(), status, user, why, library, min, max, since };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)) as Filter;
}

export function isEmpty(filter: Filter): boolean {
  return FILTER_KEYS.every((key) => filter[key] === undefined);
}

/** Two that are the same question have the same key. */
export function keyOf(filter: Filter): string {
  return JSON.stringify(FILTER_KEYS.map((key) => filter[key] ?? null));
}

export function sortingOf({ sort = "cached_at", order = firstOrder(sort) }: CachedSearch): Sorting {
  return { sort, order };
}

/** Which end is read first when a column is chosen: names from A, everything else from the greatest. */
export function firstOrder(sort: FileSort): SortOrder {
  return sort === "filename" ? "asc" : "desc";
}

/** The question as the list and a batch ask it. */
export function asked(filter: Filter) {
  return {
    ...(filter.q === undefined ? {} : { search: filter.q }),
    ...(filter.status === undefined ? {} : { status: filter.status }),
    ...(filter.user === undefined ? {} : { user_id: filter.user }),
    ...(filter.why === undefined ? {} : { triggered_by_operation: filter.why }),
    ...(filter.library === undefined ? {} : { library: filter.library }),
    ...(filter.min === undefined ? {} : { size_min: filter.min }),
    ...(filter.max === undefined ? {} : { size_max: filter.max }),
    ...(filter.since === undefined ? {} : { cached_since: filter.since }),
  } satisfies BatchFilterRequest;
}

/** What of the question an export cannot ask: it knows user and status only. */
export function beyondExport(filter: Filter): (keyof Filter)[] {
  return FILTER_KEYS.filter((key) => key !== "user" && key !== "status" && filter[key] !== undefined);
}

/** Whether the list would show this file. */
export function matches(filter: Filter, file: CachedFile): boolean {
  const { q, status, user, why, library, min, max, since } = filter;
  if (status === undefined ? file.status === "removed" : file.status !== status) return false;
  if (user !== undefined && !file.users.includes(user)) return false;
  if (why !== undefined && file.triggered_by_operation !== why) return false;
  if (library !== undefined && file.library !== library) return false;
  if (min !== undefined && file.file_size_bytes < min) return false;
  if (max !== undefined && file.file_size_bytes > max) return false;
  if (since !== undefined && Date.parse(file.cached_at) < Date.parse(since)) return false;
  if (q === undefined) return true;
  const part = q.toLowerCase();
  return file.filename.toLowerCase().includes(part) || file.file_path.toLowerCase().includes(part);
}
