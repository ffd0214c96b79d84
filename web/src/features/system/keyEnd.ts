/** Until when a key opens anything. Pure. */
export const ENDS = ["never", "month", "quarter", "year", "date"] as const;
export type KeyEnd = (typeof ENDS)[number];

const DAYS = { month: 30, quarter: 90, year: 365 } as const;
const DAY = 86_400_000;

/** The moment as the API takes it; null = never; undefined = a day was to be named, and was not, or has passed. */
export function endOf(end: KeyEnd, day: string, now: Date): string | null | undefined {
  if (end === "never") return null;
  if (end !== "date") return new Date(now.getTime() + DAYS[end] * DAY).toISOString();
  // The whole of that day counts, where the reader is.
  const last = new Date(`${day}T23:59:59`);
  return Number.isNaN(last.getTime()) || last <= now ? undefined : last.toISOString();
}
