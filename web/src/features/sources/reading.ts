/** What this page reads, and how often: of a media server's state no event tells. */
import { useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { Source } from "@/api/schema";
import { readAgainSoon } from "@/live/effects";

const CALM = 10_000;
/** While something is about to change, people look at it. */
const BUSY = 2_000;

export function useSources() {
  return $api.useQuery(
    "get",
    "/api/sources",
    {},
    {
      refetchInterval: (query) =>
        query.state.data?.data.sources.some((source) => source.state === "connecting") ? BUSY : CALM,
    },
  );
}

export function useReadSourcesAgain(): () => void {
  const queries = useQueryClient();
  return () => {
    readAgainSoon(queries, "/api/sources");
    readAgainSoon(queries, "/api/users");
  };
}

/** Whether a person could sign in here. */
export function maySignIn(source: Source): boolean {
  return source.signed_in.origin === "none" || source.signed_in.origin === "signed_in";
}

/** Whether a person has to. */
export function needsSignIn(source: Source): boolean {
  return maySignIn(source) && (source.state === "not_connected" || source.state === "token_refused");
}
