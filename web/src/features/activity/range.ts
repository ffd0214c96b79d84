/** Days of the reader's calendar as instants. Pure. */

/** The first instant of a day, `2026-01-10`, where the reader lives. */
export function startOfDay(day: string): string {
  return instant(day, 0);
}

/** The last instant of a day. Days are not all of the same length: it is the one before the next begins. */
export function endOfDay(day: string): string {
  return new Date(new Date(instant(day, 1)).getTime() - 1).toISOString();
}

function instant(day: string, later: number): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}
