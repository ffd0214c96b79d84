/** What would change, as rows of a comparison. Pure. */
import { t } from "@/strings";
import { type Draft, placeOf, savedValue, type Value } from "./draft";
import { entriesOf, presentValue } from "./entries";
import type { Settings } from "./model";
import { entryTitle, fullName, inWords } from "./words";

export interface Row {
  key: string;
  name: string;
  from: string;
  to: string;
}

export function rowsOf(draft: Draft, settings: Settings): Row[] {
  const titles = new Map(
    settings.repeated.flatMap(({ table }) =>
      entriesOf(table, settings, draft).map((entry) => [
        entry.id,
        entryTitle(table, presentValue(entry, "name", draft), presentValue(entry, "type", draft)),
      ]),
    ),
  );
  const known = new Map(settings.settings.map((one) => [one.key, one]));
  const settingOf = (key: string) => {
    const place = placeOf(key);
    return known.get(key) ?? settings.templates.find((one) => one.key === `${place?.table}.*.${place?.leaf}`);
  };
  const words = (key: string, value: Value) => {
    const setting = settingOf(key);
    return setting ? inWords(setting, value) : String(value);
  };
  const rows = [...draft.values].map(([key, value]) => {
    const setting = known.get(key);
    return {
      key,
      name: fullName(key, titles.get(placeOf(key)?.entry ?? "") ?? null),
      from: setting ? words(key, savedValue(setting)) : t.settings.notSet,
      to: words(key, value),
    };
  });
  const removed = [...draft.removed].map((entry) => ({
    key: entry,
    name: titles.get(entry) ?? entry,
    from: "",
    to: t.settings.removedEntry,
  }));
  return [...removed, ...rows];
}

/** Whether the page may have to be looked for elsewhere afterwards. */
export function movesAway(draft: Draft): boolean {
  return [...draft.values.keys()].some((key) => key.startsWith("server."));
}
