/** What the address of this page remembers. */
export type ActivitySearch = Record<string, never>;

export function activitySearch(_given: Record<string, unknown>): ActivitySearch {
  return {};
}
