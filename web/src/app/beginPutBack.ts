/** The requests behind "Put everything back". */
import { client } from "@/api/client";
import { problemOf } from "@/api/problem";
import { setPaused } from "./paused";

/** As many as one page of jobs may have. */
const PAGE = 500;

/**
 * Calls off what is being cached, and asks for everything to be put back; the job that does it. Paused first, so that
 * nothing comes while the rest goes.
 */
export async function beginPutBack({ pause }: { pause: boolean }): Promise<string> {
  if (pause) await setPaused(true);
  await cancelCopies();
  const { data } = await client.POST("/api/cached/files/batch", {
    body: { action: "remove", filter: {}, all: true, reason: "put_everything_back" },
  });
  // Whatever is no answer was thrown by the client.
  if (!data) throw new Error("an answer without a body");
  return data.data.job_id;
}

async function cancelCopies(): Promise<void> {
  const { data } = await client.GET("/api/jobs", { params: { query: { active: true, limit: PAGE } } });
  for (const job of data?.data.jobs ?? []) {
    if (job.kind !== "cache") continue;
    try {
      await client.POST("/api/jobs/{job_id}/cancel", { params: { path: { job_id: job.id } } });
    } catch (error) {
      // It has ended since, or is past the point of no return: then its file is among those that are put back.
      const { code } = problemOf(error);
      if (code !== "wrong_job_state" && code !== "not_found") throw error;
    }
  }
}
