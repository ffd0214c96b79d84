/** The address of this page, read and written. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { type CachedSearch, cachedSearch } from "./search";

/** What changes; `undefined` takes a part away. */
export type Change = { [Key in keyof CachedSearch]?: CachedSearch[Key] | undefined };

/** A `step` is one to come back to; what is typed and what is only looked through is not. */
export type SetSearch = (change: Change | CachedSearch, how?: "step" | "replace") => void;

/** Asks for everything, in the first order, with nothing open. */
export const AFRESH = {
  q: undefined,
  status: undefined,
  user: undefined,
  why: undefined,
  library: undefined,
  min: undefined,
  max: undefined,
  since: undefined,
  sort: undefined,
  order: undefined,
  file: undefined,
} satisfies Change;

export function useSearchState(): [CachedSearch, SetSearch] {
  const given = useSearch({ from: "/cached" });
  // The router hands through whatever else the address says, values that were passed over included.
  const search = useMemo(() => cachedSearch(given as Record<string, unknown>), [given]);
  const navigate = useNavigate({ from: "/cached" });
  const set = useCallback<SetSearch>(
    (change, how = "step") =>
      void navigate({
        to: "/cached",
        search: (old) => cachedSearch({ ...old, ...change }),
        replace: how === "replace",
      }),
    [navigate],
  );
  return [search, set];
}
