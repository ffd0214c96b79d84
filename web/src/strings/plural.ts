import { count } from "@/lib/format";

const rules = new Intl.PluralRules("en");

/** `1 file`, `12,408 files`. */
export function plural(number: number, one: string, other: string): string {
  return `${count(number, "en")} ${rules.select(number) === "one" ? one : other}`;
}
