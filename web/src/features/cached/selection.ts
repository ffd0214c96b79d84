/**
 * Which files are meant: some, or all that match but for a few.
 *
 * "All" is the question and not its answer: it also means files of which nothing was read. A file is kept with
 * what a preview needs to say of it, so that it can be named when its page was let go long ago.
 */
import type { CachedFile } from "@/api/schema";
import type { Filter } from "./filter";

export type Chosen = Pick<
  CachedFile,
  "id" | "filename" | "file_path" | "file_size_bytes" | "playing" | "pinned" | "status"
>;

export type Selection =
  | { kind: "rows"; rows: ReadonlyMap<string, Chosen> }
  | { kind: "all"; filter: Filter; except: ReadonlyMap<string, Chosen> };

export const NOTHING: Selection = { kind: "rows", rows: new Map() };

/** The API takes so many ids at once. */
export const MOST_IDS = 10_000;

function chosen(file: Chosen): Chosen {
  const { id, filename, file_path, file_size_bytes, playing, pinned, status } = file;
  return { id, filename, file_path, file_size_bytes, playing, pinned, status };
}

export function has(selection: Selection, id: string): boolean {
  return selection.kind === "rows" ? selection.rows.has(id) : !selection.except.has(id);
}

/** How many are meant, of so many that match. */
export function countOf(selection: Selection, total: number): number {
  return selection.kind === "rows" ? selection.rows.size : Math.max(0, total - selection.except.size);
}

export function toggled(selection: Selection, file: Chosen): Selection {
  return withFiles(selection, [file], !has(selection, file.id));
}

/** The same with these files meant, or not; `full` where more were given than can be meant one by one. */
export function withFiles(selection: Selection, files: readonly Chosen[], on: boolean): Selection {
  const listed = new Map(selection.kind === "rows" ? selection.rows : selection.except);
  const listing = selection.kind === "rows" ? on : !on;
  for (const file of files) {
    if (!listing) listed.delete(file.id);
    else if (listed.size < MOST_IDS || listed.has(file.id)) listed.set(file.id, chosen(file));
  }
  return selection.kind === "rows" ? { kind: "rows", rows: listed } : { ...selection, except: listed };
}

export function all(filter: Filter): Selection {
  return { kind: "all", filter, except: new Map() };
}

export function sizeOf(files: Iterable<Pick<Chosen, "file_size_bytes">>): number {
  let sum = 0;
  for (const file of files) sum += file.file_size_bytes;
  return sum;
}
