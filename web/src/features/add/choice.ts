/** Which files are chosen, and what a result is called. Pure. */
import type { LibrarySearchResult } from "@/api/schema";
import { t } from "@/strings";

/** A file as both the folders and the search tell it. */
export interface Choosable {
  path: string;
  size: number | null;
  cacheable: boolean;
}

export type Chosen = ReadonlyMap<string, Choosable>;

export function toggled(chosen: Chosen, file: Choosable): Chosen {
  const next = new Map(chosen);
  if (!next.delete(file.path)) next.set(file.path, file);
  return next;
}

/** All of these, or none of them if all are chosen already. */
export function toggledAll(chosen: Chosen, files: readonly Choosable[]): Chosen {
  const next = new Map(chosen);
  const can = files.filter((file) => file.cacheable);
  const isAll = can.every((file) => chosen.has(file.path));
  for (const file of can) {
    if (isAll) next.delete(file.path);
    else next.set(file.path, file);
  }
  return next;
}

export function sizeOf(chosen: Chosen): number {
  return [...chosen.values()].reduce((sum, file) => sum + (file.size ?? 0), 0);
}

/** `Severance · S02E05 · The You You Are`, `Dune (2021)`. */
export function titleOf(result: LibrarySearchResult): string {
  const { show, season, episode, title, year } = result;
  if (show === null) return year === null ? title : `${title} (${year})`;
  const number = season === null || episode === null ? null : t.add.episode(season, episode);
  return [show, number, title].filter((part) => part !== null).join(" · ");
}

/** The path of the folder above, or null at the top. */
export function above(path: string): string | null {
  if (path === "") return null;
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
