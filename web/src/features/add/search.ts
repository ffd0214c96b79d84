/** What the address of this page remembers. */
export type AddSearch = Record<string, never>;

export function addSearch(_given: Record<string, unknown>): AddSearch {
  return {};
}
