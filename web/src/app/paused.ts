/** Whether caching is paused: nothing is cached by itself then. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client } from "@/api/client";
import type { Plan } from "@/api/schema";
import { reportProblem } from "@/components/report";
import { PAUSED, readAgainSoon } from "@/live/effects";

export type Paused = Plan["paused"];

async function read(): Promise<Paused> {
  const { data } = await client.GET("/api/plan/paused");
  return data?.data.paused ?? null;
}

export async function setPaused(paused: boolean): Promise<void> {
  await client.PUT("/api/plan/paused", { body: { paused } });
}

/** Null while caching goes on, and until that is known. Read once: an event tells when somebody changes it. */
export function usePaused(): Paused {
  return useQuery({ queryKey: PAUSED, queryFn: read, staleTime: Number.POSITIVE_INFINITY }).data ?? null;
}

export function useSetPaused() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: setPaused,
    onError: reportProblem,
    onSettled: () => {
      readAgainSoon(queries, "/api/plan");
      return queries.invalidateQueries({ queryKey: PAUSED });
    },
  });
}
