/** What the address of this page remembers. */
export type UsersSearch = Record<string, never>;

export function usersSearch(_given: Record<string, unknown>): UsersSearch {
  return {};
}
