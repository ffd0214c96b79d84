/** What the address of this page remembers. */
export const TABS = ["checks", "keys", "accounts", "logins", "about"] as const;

export type SystemTab = (typeof TABS)[number];

export interface SystemSearch {
  /** Absent: the first that one may see. */
  tab?: SystemTab;
}

export function systemSearch(given: Record<string, unknown>): SystemSearch {
  const tab = TABS.find((one) => one === given.tab);
  return tab ? { tab } : {};
}
