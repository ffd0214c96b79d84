/** Batches that were begun here: how far they are, what came of them. */
import { useEffect, useState } from "react";
import { client } from "@/api/client";
import type { BatchAction, Job } from "@/api/schema";
import { useLiveEvent, useResync } from "@/live/live";

export interface Batch {
  jobId: string;
  action: BatchAction;
  /** Library paths of what was removed, where they are few enough to be cached again at a click. */
  undo: readonly string[] | null;
  /** As far as it is known; null until it was read. */
  job: Job | null;
}

export function hasEnded(job: Job | null): boolean {
  return job !== null && (job.state === "done" || job.state === "failed" || job.state === "cancelled");
}

export function useBatches() {
  const [batches, setBatches] = useState<readonly Batch[]>([]);
  const change = (jobId: string, with_: (job: Job | null) => Job | null) =>
    setBatches((old) => old.map((one) => (one.jobId === jobId ? { ...one, job: with_(one.job) } : one)));

  const read = async (jobId: string) => {
    try {
      const { data } = await client.GET("/api/jobs/{job_id}", { params: { path: { job_id: jobId } } });
      if (data) change(jobId, (old) => (hasEnded(old) ? old : data.data));
    } catch {
      // Its events tell of it as well; after a gap it is read again.
    }
  };

  useLiveEvent((event) => {
    if (event.type === "job_progress") {
      const { job_id, ...progress } = event.data;
      change(job_id, (job) => job && { ...job, ...progress });
    }
    if (event.type === "job_finished") change(event.data.id, () => event.data);
  });
  useResync(() => {
    for (const { jobId, job } of batches) if (!hasEnded(job)) void read(jobId);
  });

  const close = (jobId: string) => setBatches((old) => old.filter((one) => one.jobId !== jobId));
  // What went well and cannot be undone here needs nobody's attention for long.
  useEffect(() => {
    const dull = batches.filter(
      ({ job, undo }) => hasEnded(job) && job?.state === "done" && job.batch?.failed_count === 0 && !undo,
    );
    if (dull.length === 0) return;
    const timer = setTimeout(() => {
      setBatches((old) => old.filter((one) => !dull.some(({ jobId }) => jobId === one.jobId)));
    }, 6_000);
    return () => clearTimeout(timer);
  }, [batches]);

  return {
    batches,
    close,
    begin(jobId: string, action: BatchAction, undo: readonly string[] | null) {
      setBatches((old) => [...old, { jobId, action, undo, job: null }]);
      void read(jobId);
    },
  };
}

export type Batches = ReturnType<typeof useBatches>;
