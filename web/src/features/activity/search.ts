/** What the address of this page remembers. Pure. */
import type { OperationType } from "@/api/schema";
import { activity } from "@/strings/en/activity";

export const VIEWS = ["queue", "ended", "history"] as const;
export type View = (typeof VIEWS)[number];

export const ENDS = ["done", "failed", "cancelled"] as const;
export type End = (typeof ENDS)[number];

export interface ActivitySearch {
  /** The queue when absent. */
  view?: View | undefined;
  /** Of ended jobs: how they ended; absent is all. */
  end?: End | undefined;
  /** Of ended jobs: the page, from 2. */
  page?: number | undefined;
  type?: OperationType | undefined;
  user?: string | undefined;
  success?: boolean | undefined;
  path?: string | undefined;
  /** Days, as the reader's calendar has them: `2026-01-10`. */
  since?: string | undefined;
  until?: string | undefined;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Whatever somebody typed into the address: what cannot be is left out. */
export function activitySearch(given: Record<string, unknown>): ActivitySearch {
  const text = (value: unknown) => (typeof value === "string" && value.trim() ? value : undefined);
  const oneOf = <T extends string>(all: readonly T[], value: unknown) => all.find((one) => one === value);
  const day = (value: unknown) =>
    typeof value === "string" && DATE.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
  const page = Number(given.page);
  const search: ActivitySearch = {
    view: oneOf(VIEWS, given.view),
    end: oneOf(ENDS, given.end),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
    type: oneOf(Object.keys(activity.operation) as OperationType[], given.type),
    user: text(given.user),
    success: typeof given.success === "boolean" ? given.success : undefined,
    path: text(given.path),
    since: day(given.since),
    until: day(given.until),
  };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}
