/** Numbers, sizes and times as text, in the reader's locale. Pure. */

/** Sizes are 1024-based under these labels, as everywhere in the API. */
const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

/** 7,923,450,112 → `7.4 GB`. One digit after the point, none for bytes. */
export function bytes(count: number, locale?: string): string {
  let value = Math.abs(count);
  let unit = 0;
  while (unit < UNITS.length - 1 && roundTenth(value) >= 1024) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : 1;
  const text = new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(count < 0 ? -value : value);
  return `${text} ${UNITS[unit]}`;
}

function roundTenth(value: number): number {
  return Math.round(value * 10) / 10;
}

export function rate(bytesPerSecond: number, locale?: string): string {
  return `${bytes(bytesPerSecond, locale)}/s`;
}

export function count(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** 0.874 → `87 %`, as the locale writes it. */
export function percent(ratio: number, locale?: string): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(ratio);
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `2 hr. ago`, `in 5 min.`; within half a minute `now`. */
export function relative(at: Date, now: Date, locale?: string): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  if (Math.abs(seconds) < 30) return format.format(0, "second");
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(Math.sign(seconds), "minute");
}

/** Date and time to the second, in the reader's own zone. */
export function exact(at: Date, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

/** The time of a day, to the minute. */
export function timeOfDay(at: Date, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(at);
}

/** A span, in its two greatest units: `2 h 5 min`, `40 s`. */
export function duration(seconds: number, locale?: string): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, Intl.NumberFormatOptions["unit"]][] = [
    [Math.floor(whole / 86_400), "day"],
    [Math.floor((whole % 86_400) / 3_600), "hour"],
    [Math.floor((whole % 3_600) / 60), "minute"],
    [whole % 60, "second"],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  const chosen = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([value]) => value > 0);
  return chosen
    .map(([value, unit]) =>
      new Intl.NumberFormat(locale, {
        style: "unit",
        unit,
        unitDisplay: "short",
      } as Intl.NumberFormatOptions).format(value),
    )
    .join(" ");
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The folder of a path, without the slash at its end. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}
