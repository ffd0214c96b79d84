/** What the doctor found, in the order in which somebody reads it: what is broken first. Pure. */
import type { Finding, Verdict } from "@/api/schema";

/** Worst first. */
export const VERDICTS = ["failure", "warning", "unknown", "ok"] as const satisfies readonly Verdict[];

export type ByVerdict = Record<Verdict, Finding[]>;

export function byVerdict(findings: readonly Finding[]): ByVerdict {
  const sorted: ByVerdict = { failure: [], warning: [], unknown: [], ok: [] };
  for (const finding of findings) sorted[finding.verdict].push(finding);
  return sorted;
}

/** The server's words begin small and end open, so that they fit behind a name; alone they are a sentence. */
export function asSentence(words: string): string {
  const [first = ""] = words;
  // A path or a name of a key stays as it is written.
  const begun = /^\p{Ll}\S*[\s,;:]/u.test(words) && !/^\S*[._/]/.test(words);
  const text = begun ? first.toLocaleUpperCase("en") + words.slice(first.length) : words;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
