/**
 * What was typed, taken over to settings that changed meanwhile. Pure.
 *
 * Entries are known again by what they are called, not by their number: somebody may have removed one before them.
 */
import { type Draft, isSame, placeOf, savedValue } from "./draft";
import type { Setting, Settings } from "./model";

export interface Carried {
  draft: Draft;
  /** What has no place any more. */
  lost: Different[];
}

/** What an entry is called: by its name, or by whom it stands for. */
export function nameOf(settings: readonly Setting[], entry: string): string | null {
  const value = (leaf: string) => settings.find((one) => one.key === `${entry}.${leaf}`)?.value ?? null;
  return value("name") ?? value("type");
}

export function carryOver(draft: Draft, before: Settings, after: Settings): Carried {
  const lost: Different[] = [];
  const entries = entriesOf(after.settings);
  const moved = (entry: string): string | null => {
    if (entry.includes(".+")) return entry;
    const name = nameOf(before.settings, entry);
    const table = entry.slice(0, entry.indexOf("."));
    return entries.find((one) => one.startsWith(`${table}.`) && nameOf(after.settings, one) === name) ?? null;
  };
  const values = new Map(
    [...draft.values].flatMap(([key, value]) => {
      const place = placeOf(key);
      const entry = place && moved(place.entry);
      if (place && !entry) {
        lost.push({ key, entry: nameOf(before.settings, place.entry), isWhole: false });
        return [];
      }
      const newKey = place && entry ? `${entry}.${place.leaf}` : key;
      const setting = after.settings.find((one) => one.key === newKey);
      // Somebody else did the very same.
      if (setting && value !== null && isSame(value, savedValue(setting))) return [];
      if (setting && value === null && setting.origin.kind !== "file") return [];
      return [[newKey, value] as const];
    }),
  );
  const removed = new Set([...draft.removed].flatMap((entry) => moved(entry) ?? []));
  return { draft: { values, removed, added: draft.added }, lost };
}

function entriesOf(settings: readonly Setting[]): string[] {
  return [...new Set(settings.flatMap((setting) => placeOf(setting.key)?.entry ?? []))];
}

/** Something that became different: a setting, or a whole entry that came or went. */
export interface Different {
  key: string;
  /** What the entry is called, of what stands in one. */
  entry: string | null;
  isWhole: boolean;
}

/** What became different from one reading to the next, in the order of the file. */
export function changedMeanwhile(before: Settings, after: Settings): Different[] {
  const [old, now] = [named(before.settings), named(after.settings)];
  const found = new Map<string, Different>();
  const note = (name: string, { setting, entry }: Named, isWhole: boolean) => {
    const place = placeOf(setting.key);
    const id = isWhole && place ? `${place.table} ${entry}` : name;
    if (!found.has(id)) found.set(id, { key: setting.key, entry, isWhole });
  };
  const entries = (all: ReadonlyMap<string, Named>) => new Set([...all.values()].map((one) => one.entry));
  const [oldEntries, nowEntries] = [entries(old), entries(now)];
  for (const [name, one] of now) {
    const was = old.get(name);
    if (!oldEntries.has(one.entry)) note(name, one, true);
    else if (!was || !isSame(savedValue(was.setting), savedValue(one.setting))) note(name, one, false);
  }
  for (const [name, one] of old) {
    if (!now.has(name)) note(name, one, !nowEntries.has(one.entry));
  }
  return [...found.values()];
}

interface Named {
  setting: Setting;
  entry: string | null;
}

/** By key, with the name of its entry in place of its number. */
function named(settings: readonly Setting[]): ReadonlyMap<string, Named> {
  return new Map(
    settings.map((setting) => {
      const place = placeOf(setting.key);
      if (!place) return [setting.key, { setting, entry: null }];
      const entry = nameOf(settings, place.entry);
      return [`${place.table} ${entry} ${place.leaf}`, { setting, entry }];
    }),
  );
}
