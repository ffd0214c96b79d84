/** What follows once somebody is let in. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { AUTH_STATE } from "@/app/session";

async function enter(queries: QueryClient): Promise<void> {
  // What the one before read is none of the business of whoever comes now. No page is shown, so nobody looks at it.
  queries.removeQueries({ type: "inactive" });
  await queries.resetQueries({ queryKey: AUTH_STATE });
}

export function useEnter(): () => Promise<void> {
  const queries = useQueryClient();
  return () => enter(queries);
}
