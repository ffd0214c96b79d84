/**
 * The operation log as far as it was scrolled, and what came into it since.
 *
 * Invariant: what was read is not read again when something happens; only its newest page is, and what is new there is
 * put before the rest when the reader wants it. The log only grows, so the rest stays right.
 */
import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { client } from "@/api/client";
import type { LogEntry, OperationPage } from "@/api/schema";
import { useLiveEvent } from "@/live/live";
import { newerThan } from "./newer";
import { endOfDay, startOfDay } from "./range";
import type { ActivitySearch } from "./search";

const PAGE = 100;
/** Events come in flocks. */
const CALM = 1_000;

export type HistoryFilter = Pick<ActivitySearch, "type" | "user" | "success" | "path" | "since" | "until">;

async function read(
  filter: HistoryFilter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<OperationPage> {
  const { data } = await client.GET("/api/cached/operations", {
    params: {
      query: {
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
        ...(filter.type ? { operation_type: filter.type } : {}),
        ...(filter.user ? { user_id: filter.user } : {}),
        ...(filter.success === undefined ? {} : { success: filter.success }),
        ...(filter.path ? { file_path: filter.path } : {}),
        ...(filter.since ? { since: startOfDay(filter.since) } : {}),
        ...(filter.until ? { until: endOfDay(filter.until) } : {}),
      },
    },
    ...(signal ? { signal } : {}),
  });
  // Whatever is no answer was thrown by the client.
  if (!data) throw new Error("an answer without a body");
  return data.data;
}

export function useHistory(filter: HistoryFilter) {
  const queries = useQueryClient();
  const key = ["activity", "history", filter];
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.pagination.next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const entries = pages.data?.pages.flatMap((page) => page.operations) ?? [];
  const [newer, setNewer] = useState<readonly LogEntry[]>([]);

  const known = useRef<LogEntry | undefined>(undefined);
  known.current = entries[0];
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const name = JSON.stringify(key);

  const look = async () => {
    timer.current = undefined;
    try {
      const page = await read(filter, null);
      const found = newerThan(known.current, page.operations);
      if (found === null) void queries.resetQueries({ queryKey: key });
      else setNewer(found);
    } catch {
      // The next event asks again; a lost connection is told of by the banner.
    }
  };
  useLiveEvent((event) => {
    if (event.type === "job_progress" || event.type === "cache_statistics_updated" || !pages.data) return;
    timer.current ??= setTimeout(() => void look(), CALM);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter begins anew
  useEffect(() => {
    setNewer([]);
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [name]);

  const showNewer = useCallback(() => {
    queries.setQueryData<InfiniteData<OperationPage>>(JSON.parse(name), (old) => {
      const [first, ...rest] = old?.pages ?? [];
      if (!old || !first) return old;
      // What came between two looks may be there already.
      const fresh = newerThan(first.operations[0], newer) ?? newer;
      return { ...old, pages: [{ ...first, operations: [...fresh, ...first.operations] }, ...rest] };
    });
    setNewer([]);
  }, [queries, name, newer]);

  return { pages, entries, newer, showNewer };
}
