/** The job that works on a file, by the file's id. */
import type { Job } from "@/api/schema";
import { useActiveJobs } from "@/live/jobs";

export function useJobsOfFiles(): ReadonlyMap<string, Job> {
  const { jobs } = useActiveJobs();
  const found = new Map<string, Job>();
  for (const job of jobs) if (job.file_id) found.set(job.file_id, job);
  return found;
}
