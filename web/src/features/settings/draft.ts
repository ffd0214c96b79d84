/**
 * What somebody wants to change and has not saved yet. Pure.
 *
 * Invariant: a draft holds nothing that is so already; it is empty exactly when there is nothing to save.
 *
 * Entries of tables of which there can be several are called by the number they have in the file (`library.1.name`);
 * those that are to be added, which have none yet, by a plus and a number of our own (`library.+1.name`).
 */
import type { Change, Setting, Settings } from "./model";

/** As a form holds it; null: back to the default. */
export type Value = string | readonly string[] | null;

export interface Draft {
  values: ReadonlyMap<string, Value>;
  /** Entries that are to go, such as `library.1`. */
  removed: ReadonlySet<string>;
  /** Entries that are to come, such as `library.+1`, in their order. */
  added: readonly string[];
}

export const EMPTY: Draft = { values: new Map(), removed: new Set(), added: [] };

export function isEmpty(draft: Draft): boolean {
  return draft.values.size === 0 && draft.removed.size === 0 && draft.added.length === 0;
}

/** How many things would change. */
export function sizeOf(draft: Draft): number {
  return (
    draft.values.size + draft.removed.size + draft.added.filter((entry) => !hasValues(draft, entry)).length
  );
}

function hasValues(draft: Draft, entry: string): boolean {
  return [...draft.values.keys()].some((key) => key.startsWith(`${entry}.`));
}

/** Of `library.1.name` the entry and the leaf; null for settings of tables that are there once. */
export function placeOf(key: string): { table: string; entry: string; leaf: string } | null {
  const [table, number, leaf, ...more] = key.split(".");
  if (!table || !number || !leaf || more.length > 0 || !/^\+?\d+$/.test(number)) return null;
  return { table, entry: `${table}.${number}`, leaf };
}

/** What is saved, as a form holds it. */
export function savedValue(setting: Setting): Value {
  return setting.form === "list" ? (setting.items ?? []) : setting.value;
}

export function isSame(one: Value, other: Value): boolean {
  if (one === null || other === null || typeof one === "string" || typeof other === "string") {
    return one === other;
  }
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** Sets a value; what is as it was leaves the draft. */
export function withValue(draft: Draft, setting: Setting, value: Value): Draft {
  const values = new Map(draft.values);
  const isSaved =
    value === null
      ? setting.origin.kind !== "file"
      : isSame(value, savedValue(setting)) && setting.key !== "";
  // Of an entry that is to come nothing is saved; an empty field of it says nothing.
  const isNothing = isAdded(setting.key) && (value === null || value.length === 0);
  if (isSaved || isNothing) values.delete(setting.key);
  else values.set(setting.key, value);
  return { ...draft, values };
}

function isAdded(key: string): boolean {
  return key.includes(".+");
}

/** One more entry of a table, with what is known of it already. */
export function withEntry(
  draft: Draft,
  table: string,
  given: Readonly<Record<string, string>> = {},
): { draft: Draft; entry: string } {
  const numbers = draft.added
    .filter((entry) => entry.startsWith(`${table}.+`))
    .map((entry) => Number(entry.slice(table.length + 2)));
  const entry = `${table}.+${Math.max(0, ...numbers) + 1}`;
  const values = new Map(draft.values);
  for (const [leaf, value] of Object.entries(given)) values.set(`${entry}.${leaf}`, value);
  return { draft: { ...draft, values, added: [...draft.added, entry] }, entry };
}

/** Without an entry: one that is to come is forgotten, one that is there will go. */
export function withoutEntry(draft: Draft, entry: string): Draft {
  const values = new Map([...draft.values].filter(([key]) => !key.startsWith(`${entry}.`)));
  if (isAdded(entry)) return { ...draft, values, added: draft.added.filter((one) => one !== entry) };
  return { ...draft, values, removed: new Set(draft.removed).add(entry) };
}

/** An entry that was to go stays. */
export function keepingEntry(draft: Draft, entry: string): Draft {
  const removed = new Set(draft.removed);
  removed.delete(entry);
  return { ...draft, removed };
}

/** The names that entries to come will have, by the names that they have here. */
export function numbersOf(draft: Draft, settings: Settings): ReadonlyMap<string, string> {
  const numbers = new Map<string, string>();
  const next = new Map(settings.repeated.map(({ table, entries }) => [table, entries]));
  for (const entry of draft.added) {
    const table = entry.slice(0, entry.indexOf("."));
    const number = next.get(table) ?? 0;
    next.set(table, number + 1);
    numbers.set(entry, `${table}.${number}`);
  }
  return numbers;
}

/** As the server takes it. */
export function changesOf(draft: Draft, settings: Settings): Change[] {
  const numbers = numbersOf(draft, settings);
  const changes: Change[] = [...draft.removed].map((key) => ({ key }));
  for (const [key, value] of draft.values) changes.push(change(wireKey(key, numbers), value));
  for (const entry of draft.added) {
    // Nothing is written in it yet: its name is asked for, so that the complaint comes where it belongs.
    if (!hasValues(draft, entry)) changes.push({ key: `${numbers.get(entry) ?? entry}.name`, value: "" });
  }
  return changes;
}

function change(key: string, value: Value): Change {
  if (value === null) return { key };
  return typeof value === "string" ? { key, value } : { key, items: [...value] };
}

function wireKey(key: string, numbers: ReadonlyMap<string, string>): string {
  const place = placeOf(key);
  const number = place && numbers.get(place.entry);
  return place && number ? `${number}.${place.leaf}` : key;
}

/** The key as it is called here, of one that the server names. */
export function localKey(key: string, draft: Draft, settings: Settings): string {
  for (const [entry, number] of numbersOf(draft, settings)) {
    if (key === number) return entry;
    if (key.startsWith(`${number}.`)) return entry + key.slice(number.length);
  }
  return key;
}
