/** Playback starts per day as a chart. Pure. */
import type { ChartData } from "@/components/Chart";
import { t } from "@/strings";

export interface Day {
  /** `2026-01-10`, in UTC. */
  date: string;
  starts: number;
  hits: number;
}

/** `10 Jan`, as the reader writes it; the day is the server's, whatever zone the reader lives in. */
export function dayName(date: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" }).format(
    new Date(`${date}T00:00:00Z`),
  );
}

export function chartOf(days: readonly Day[], locale?: string): ChartData {
  const words = t.dashboard;
  return {
    title: words.servedChart,
    labelled: words.servedDay,
    labels: days.map((day) => dayName(day.date, locale)),
    series: [
      { name: words.servedHits, tone: "served", values: days.map((day) => day.hits) },
      { name: words.servedMisses, tone: "quiet", values: days.map((day) => day.starts - day.hits) },
    ],
  };
}
