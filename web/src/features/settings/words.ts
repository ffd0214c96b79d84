/** What a setting is called, what it means, and what its values are called. Pure. */

import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import { CHOICES, HELP, NAMES, PARTS, UNITS } from "@/strings/en/settingNames";
import { placeOf, type Value } from "./draft";
import type { Setting } from "./model";

/** The key without the number of its entry, as the catalog has it. */
export function plainKey(key: string): string {
  const [table, number, ...leaf] = key.split(".");
  return leaf.length > 0 && /^(\+?\d+|\*)$/.test(number ?? "") ? `${table}.${leaf.join(".")}` : key;
}

/** A setting that the catalog does not know yet is called by its key. */
export function nameOfSetting(key: string): string {
  return NAMES[plainKey(key)] ?? key;
}

export function helpOf(setting: Setting): string {
  const help = HELP[plainKey(setting.key)];
  // In the file names stand between backticks; here they are told apart by nothing.
  return help ?? (setting.doc === "" ? "" : asSentence(setting.doc.replaceAll("`", "")));
}

export function unitOf(key: string): string | undefined {
  return UNITS[plainKey(key)];
}

export function partTitle(table: string): string {
  return PARTS[table]?.title ?? table;
}

export function partSays(table: string): string | undefined {
  return PARTS[table]?.says;
}

/** Those we know in our order, then those that came since. */
export function inOrder(tables: Iterable<string>): string[] {
  const known = Object.keys(PARTS);
  const rank = (table: string) => (known.indexOf(table) + known.length + 1) % (known.length + 1);
  return [...new Set(tables)].sort((one, other) => rank(one) - rank(other));
}

/** A value of a closed list in words. */
export function choiceName(key: string, value: string): string {
  return CHOICES[plainKey(key)]?.[value] ?? (value === "" ? t.common.none : value);
}

/** A value in words, for a comparison. */
export function inWords(setting: Setting, value: Value): string {
  if (value === null) {
    if (setting.default !== null) return t.settings.defaultIs(inWords(setting, setting.default));
    return t.settings.notSet;
  }
  if (setting.form === "secret") return t.settings.secretSet;
  if (typeof value !== "string") return value.length === 0 ? t.settings.empty : value.join(", ");
  if (setting.form === "flag") return value === "true" ? t.settings.yes : t.settings.no;
  if (setting.allowed) return choiceName(setting.key, value);
  if (value === "") return t.settings.empty;
  const unit = unitOf(setting.key);
  return unit ? `${value} ${unit}` : value;
}

/** Whether somebody who looks for these words means this setting. */
export function matches(setting: Setting, words: string): boolean {
  const text = [
    setting.key,
    nameOfSetting(setting.key),
    helpOf(setting),
    setting.doc,
    partTitle(setting.table),
    setting.form === "secret" ? "" : (setting.value ?? ""),
    setting.form === "secret" ? "" : (setting.items?.join(" ") ?? ""),
  ]
    .join(" ")
    .toLocaleLowerCase();
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Who or what an entry is, in words. */
export function entryTitle(table: string, name: string | null, type: string | null): string {
  if (name) return name;
  if (type) return t.settings.entryAllOf(type);
  return t.settings.entryNew[table] ?? t.settings.entryAny;
}

/** The name of a setting with that of its entry, where there are several. */
export function fullName(key: string, entry: string | null): string {
  const place = placeOf(key);
  const name = nameOfSetting(key);
  return place && entry ? `${entry}: ${name}` : name;
}
