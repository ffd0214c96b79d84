/** One job: read once, then moved on by events. */
import { useState } from "react";
import { $api } from "@/api/client";
import type { Job } from "@/api/schema";
import { useLiveEvent } from "./live";

/** The job as it is now; undefined until it was read, and while there is none. */
export function useJob(id: string | null): Job | undefined {
  const read = $api.useQuery(
    "get",
    "/api/jobs/{job_id}",
    { params: { path: { job_id: id ?? "" } } },
    { enabled: id !== null },
  );
  const [moved, setMoved] = useState<Partial<Job> & { id?: string }>({});
  useLiveEvent((event) => {
    if (event.type === "job_progress" && event.data.job_id === id) {
      const { job_id, ...progress } = event.data;
      setMoved({ ...progress, id: job_id });
    }
    if (event.type === "job_finished" && event.data.id === id) setMoved(event.data);
  });
  const job = read.data?.data;
  if (id === null || !job) return undefined;
  // What was read after the end knows the end; a late event of progress does not.
  return moved.id === id && !job.finished_at ? { ...job, ...moved } : job;
}
