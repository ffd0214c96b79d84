/** What the address of this page remembers. */
export type SystemSearch = Record<string, never>;

export function systemSearch(_given: Record<string, unknown>): SystemSearch {
  return {};
}
