/** What the address of this page remembers. */
export type CachedSearch = Record<string, never>;

export function cachedSearch(_given: Record<string, unknown>): CachedSearch {
  return {};
}
