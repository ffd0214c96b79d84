/** Reads everything that may know of something amiss, as far as this reader's role goes. */
import { $api } from "@/api/client";
import { useSession } from "@/app/session";
import { useNow } from "@/components/When";
import { gather, type Need } from "./needs";

/** No event tells how the media server and the doctor's findings stand. */
const LOOK_EVERY = 60_000;
/** Those of a day are counted; more than this many are one sentence all the same. */
const FAILED = 50;

export function useNeeds(): Need[] {
  const { may } = useSession();
  const asOperator = { enabled: may("operator"), refetchInterval: LOOK_EVERY };
  const now = useNow();
  const diagnosis = $api.useQuery("get", "/api/system/doctor", {}, asOperator).data?.data;
  const sources = $api.useQuery("get", "/api/sources", {}, asOperator).data?.data.sources;
  const readers = $api.useQuery("get", "/api/system/readers", {}, asOperator).data?.data.readers;
  const space = $api.useQuery("get", "/api/cached/space").data?.data;
  const statistics = $api.useQuery("get", "/api/cached/statistics").data?.data;
  const plan = $api.useQuery("get", "/api/plan", { params: { query: { limit: 1 } } }).data?.data;
  const failed = $api.useQuery("get", "/api/jobs", {
    params: { query: { state: "failed", limit: FAILED } },
  }).data?.data.jobs;
  return gather({
    diagnosis,
    sources,
    readers,
    plan,
    orphans: statistics?.orphaned_files ?? 0,
    failed: failed ?? [],
    cacheAway: space?.available === false,
    now,
  });
}
