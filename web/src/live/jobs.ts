/** What runs and waits: read once, then moved on by events. */
import { useState } from "react";
import { $api } from "@/api/client";
import type { Job } from "@/api/schema";
import { useLiveEvent } from "./live";

export interface ActiveJobs {
  /** Running ones first, then those that wait, in the order in which they came. */
  jobs: readonly Job[];
  running: number;
  waiting: number;
  /** Bytes per second of all copies together. */
  rate: number;
}

type Moved = Pick<Job, "state" | "bytes_done" | "bytes_total" | "rate">;

/** As many as anybody reads at once; `waiting` counts all. */
const SHOWN = 100;

export function useActiveJobs(): ActiveJobs {
  const read = $api.useQuery("get", "/api/jobs", { params: { query: { active: true, limit: SHOWN } } });
  const [moved, setMoved] = useState<ReadonlyMap<string, Moved>>(new Map());

  useLiveEvent((event) => {
    if (event.type === "job_progress") {
      const { job_id: id, ...progress } = event.data;
      setMoved((old) => new Map(old).set(id, progress));
      // Somebody else's, or one that came since: its row is read once.
      if (!read.data?.data.jobs.some((job) => job.id === id) && !moved.has(id)) void read.refetch();
    }
    if (event.type === "job_finished") {
      const { id } = event.data;
      setMoved((old) => {
        const left = new Map(old);
        left.delete(id);
        return left;
      });
    }
  });

  const jobs = (read.data?.data.jobs ?? []).map((job) => ({ ...job, ...moved.get(job.id) }));
  const runs = (job: Job) => job.state !== "queued";
  const running = jobs.filter(runs);
  const total = read.data?.data.pagination.total_count ?? 0;
  return {
    // They are read newest first, and served the other way round.
    jobs: [...running, ...jobs.filter((job) => !runs(job)).reverse()],
    running: running.length,
    waiting: Math.max(0, total - running.length),
    rate: running.reduce((sum, job) => sum + (job.kind === "batch" ? 0 : job.rate), 0),
  };
}
