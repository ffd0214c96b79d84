/** Lets a run happen now, and follows it to its end. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "@/api/client";
import type { Job } from "@/api/schema";
import { useCommand } from "@/app/Palette";
import { usePaused } from "@/app/paused";
import { useShortcut } from "@/app/shortcuts";
import { reportProblem } from "@/components/report";
import { readAgainSoon } from "@/live/effects";
import { useJob } from "@/live/job";
import { useLiveEvent } from "@/live/live";
import { t } from "@/strings";

export interface Run {
  go(): void;
  isRunning: boolean;
  /** Whether one was asked for since the page was opened. */
  wasAsked: boolean;
  job: Job | undefined;
}

export function useRun(): Run {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<string | null>(null);
  const run = $api.useMutation("post", "/api/plan/run", {
    onError: reportProblem,
    onSuccess: ({ data }) => setAsked(data.job_id),
  });
  const paused = usePaused() !== null;
  const job = useJob(asked);
  useLiveEvent((event) => {
    if (event.type === "job_finished" && event.data.id === asked) readAgainSoon(queries, "/api/plan");
  });
  const isRunning = run.isPending || (asked !== null && !job?.finished_at);
  return {
    go: () => {
      if (!isRunning && !paused) run.mutate({});
    },
    isRunning,
    wasAsked: asked !== null,
    job,
  };
}

/** The same by keyboard and by name; to be mounted only for those who may. */
export function RunKeys({ run }: { run: Run }) {
  useShortcut("r", t.plan.run, "here", run.go);
  useCommand({ id: "plan-run", label: t.plan.run, description: t.plan.runHint, run: run.go });
  return null;
}
