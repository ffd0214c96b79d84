/** What was asked for here, and what became of it: asked file by file, then moved on by events. */
import { useCallback, useState } from "react";
import { client } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { CacheMode, Job } from "@/api/schema";
import { sentenceOf } from "@/components/Notice";
import { useLiveEvent } from "@/live/live";
import type { Choosable } from "./choice";

export interface Request {
  path: string;
  size: number | null;
  /** Null until the server has answered, and where it was cached already. */
  jobId: string | null;
  state: "asking" | "already" | "refused" | Job["state"];
  done: number;
  rate: number;
  /** Why not, in a sentence. */
  problem: string | null;
}

/** So many are asked for at once; the server takes each in a moment. */
const AT_ONCE = 4;

interface Wanted {
  files: readonly Choosable[];
  mode: CacheMode | null;
  user: string | null;
}

export function useRequests() {
  const [requests, setRequests] = useState<readonly Request[]>([]);
  const again = useReadAgain("/api/library", "/api/library/search", "/api/jobs");

  const patch = useCallback((path: string, change: Partial<Request>) => {
    setRequests((old) => old.map((one) => (one.path === path ? { ...one, ...change } : one)));
  }, []);

  useLiveEvent((event) => {
    if (event.type === "job_progress") {
      const { job_id: id, state, bytes_done: done, rate } = event.data;
      setRequests((old) => old.map((one) => (one.jobId === id ? { ...one, state, done, rate } : one)));
    }
    if (event.type === "job_finished") {
      const job = event.data;
      if (!requests.some((one) => one.jobId === job.id)) return;
      setRequests((old) =>
        old.map((one) =>
          one.jobId === job.id
            ? { ...one, state: job.state, done: job.bytes_done, rate: 0, problem: job.error?.message ?? null }
            : one,
        ),
      );
      void again();
    }
  });

  const ask = useCallback(
    async ({ files, mode, user }: Wanted): Promise<{ accepted: number; refused: number }> => {
      setRequests((old) => [
        ...files.map(({ path, size }) => ({
          path,
          size,
          jobId: null,
          state: "asking" as const,
          done: 0,
          rate: 0,
          problem: null,
        })),
        ...old.filter((one) => !files.some((file) => file.path === one.path)),
      ]);
      const tally = { accepted: 0, refused: 0 };
      const waiting = [...files];
      const worker = async () => {
        for (let file = waiting.shift(); file; file = waiting.shift()) {
          try {
            const { data } = await client.POST("/api/cached/files", {
              body: { file_path: file.path, operation: "manual", mode, user_id: user },
            });
            const jobId = data?.data.job_id ?? null;
            patch(file.path, jobId === null ? { state: "already" } : { jobId, state: "queued" });
            if (jobId !== null) await catchUp(jobId);
            tally.accepted += 1;
          } catch (error) {
            patch(file.path, { state: "refused", problem: sentenceOf(error) });
            tally.refused += 1;
          }
        }
      };
      // A small file may be there before its answer is read, and its event before we know of its job.
      const catchUp = async (jobId: string) => {
        const { data } = await client.GET("/api/jobs/{job_id}", { params: { path: { job_id: jobId } } });
        if (!data) return;
        const { state, bytes_done: done, error } = data.data;
        setRequests((old) =>
          old.map((one) =>
            one.jobId === jobId && one.state === "queued"
              ? { ...one, state, done, problem: error?.message ?? null }
              : one,
          ),
        );
      };
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, worker));
      await again();
      return tally;
    },
    [patch, again],
  );

  return { requests, ask, forget: () => setRequests([]) };
}
