/** The entries of a table of which there can be several, each with every setting it can have. Pure. */
import { type Draft, placeOf } from "./draft";
import type { Setting, Settings } from "./model";

export interface EntryOf {
  /** `library.1`, or `library.+1` for one that is to come. */
  id: string;
  settings: Setting[];
  isNew: boolean;
  isRemoved: boolean;
}

export function entriesOf(table: string, settings: Settings, draft: Draft): EntryOf[] {
  const templates = settings.templates.filter((one) => one.table === table);
  const byKey = new Map(settings.settings.map((one) => [one.key, one]));
  const filled = (id: string) =>
    templates.map((template) => {
      const key = `${id}.${template.key.slice(template.key.lastIndexOf(".") + 1)}`;
      return byKey.get(key) ?? { ...template, key };
    });
  const there = new Set(
    settings.settings.flatMap((one) => (one.table === table ? (placeOf(one.key)?.entry ?? []) : [])),
  );
  return [
    ...[...there].map((id) => ({ id, isNew: false, isRemoved: draft.removed.has(id), settings: filled(id) })),
    ...draft.added
      .filter((id) => id.startsWith(`${table}.`))
      .map((id) => ({ id, isNew: true, isRemoved: false, settings: filled(id) })),
  ];
}

/** What stands in a field of an entry now, typed or saved. */
export function presentValue(entry: EntryOf, leaf: string, draft: Draft): string | null {
  const key = `${entry.id}.${leaf}`;
  const typed = draft.values.get(key);
  if (typed !== undefined) return typeof typed === "string" ? typed : null;
  return entry.settings.find((one) => one.key === key)?.value ?? null;
}
