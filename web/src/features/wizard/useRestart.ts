/**
 * A start anew in place, and the wait for it. That nobody answers for a moment is expected here and no failure.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "@/api/client";
import { problemOf } from "@/api/problem";

const LOOK_EVERY = 700;
const PATIENCE = 90_000;

export type RestartState =
  | { kind: "idle" }
  | { kind: "going" }
  | { kind: "done" }
  | { kind: "late" }
  | { kind: "failed"; error: unknown };

export function useRestart(): { state: RestartState; restart(): Promise<boolean> } {
  const queries = useQueryClient();
  const [state, setState] = useState<RestartState>({ kind: "idle" });
  const restart = async () => {
    setState({ kind: "going" });
    try {
      const before = await startedAt();
      await client.POST("/api/system/restart");
      const isBack = await another(before);
      setState({ kind: isBack ? "done" : "late" });
      await queries.invalidateQueries();
      return isBack;
    } catch (error) {
      setState({ kind: "failed", error });
      return false;
    }
  };
  return { state, restart };
}

async function startedAt(): Promise<string | null> {
  const { data } = await client.GET("/api/version");
  return data?.data.started_at ?? null;
}

/** Waits until another start answers. */
async function another(before: string | null): Promise<boolean> {
  const until = performance.now() + PATIENCE;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    try {
      if ((await startedAt()) !== before) return true;
    } catch (error) {
      if (!problemOf(error).isPassing) throw error;
    }
  }
  return false;
}
