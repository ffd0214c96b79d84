/** What the address of this page remembers. */
export const PERIODS = [7, 30, 90, 365] as const;
export type Period = (typeof PERIODS)[number];

export interface UsersSearch {
  /** Who is shown in the drawer. */
  user?: string;
  /** Days of their statistics; 30 when absent. */
  days?: Period;
}

const LONGEST_NAME = 255;

export function usersSearch(given: Record<string, unknown>): UsersSearch {
  const found: UsersSearch = {};
  // A name of digits arrives as a number.
  const user = typeof given.user === "number" ? String(given.user) : given.user;
  if (typeof user === "string" && user !== "" && user.length <= LONGEST_NAME) found.user = user;
  const days = PERIODS.find((one) => one === Number(given.days));
  if (days) found.days = days;
  return found;
}
