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
