/** What the address of this page remembers. Pure. */
export const LISTS = ["cache", "give_back", "attribute", "refused", "unresolved", "sources"] as const;
export type List = (typeof LISTS)[number];

export interface PlanSearch {
  /** What comes, when absent. */
  list?: List;
  /** From 2. */
  page?: number;
}

export function planSearch(given: Record<string, unknown>): PlanSearch {
  const list = LISTS.find((one) => one === given.list);
  const page = Number(given.page);
  return {
    ...(list && list !== "cache" ? { list } : {}),
    ...(Number.isInteger(page) && page > 1 ? { page } : {}),
  };
}
