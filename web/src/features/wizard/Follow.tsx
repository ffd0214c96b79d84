/** A file on its way, from the slow disk to the word of the media server. */
import { Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "@/api/client";
import type { JobProgress } from "@/api/schema";
import { CopyProgress } from "@/components/CopyProgress";
import { ErrorNotice } from "@/components/Notice";
import { JobStateMark } from "@/components/State";
import { Warning } from "@/components/Warning";
import { fileName } from "@/lib/format";
import { asSentence } from "@/lib/sentence";
import { readAgainSoon } from "@/live/effects";
import { useLiveEvent } from "@/live/live";
import { Proof } from "./Proof";

/** Where events are lost, asking does. */
const LOOK_EVERY = 2_000;
const ENDED = new Set(["done", "failed", "cancelled"]);

export function Follow({ path, job, file }: { path: string; job: string | null; file: string }) {
  const [moved, setMoved] = useState<Omit<JobProgress, "job_id"> | null>(null);
  const queries = useQueryClient();
  const read = $api.useQuery(
    "get",
    "/api/jobs/{job_id}",
    { params: { path: { job_id: job ?? "" } } },
    {
      enabled: job !== null,
      refetchInterval: (query) => (ENDED.has(query.state.data?.data.state ?? "") ? false : LOOK_EVERY),
    },
  );
  useLiveEvent((event) => {
    if (event.type === "job_progress" && event.data.job_id === job) setMoved(event.data);
    if (event.type !== "job_finished" || event.data.id !== job) return;
    void read.refetch();
    // The step is done by this: the guide looks for a first file.
    readAgainSoon(queries, "/api/cached/files");
  });
  const known = read.data?.data;
  const now = known && !ENDED.has(known.state) && moved ? { ...known, ...moved } : known;
  // It was cached before somebody came here: there is no job to wait for.
  const isDone = job === null || now?.state === "done";
  return (
    <Stack gap="sm">
      <Text fw={600}>{fileName(path)}</Text>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {now && !isDone && (
        <div>
          <div aria-live="polite">
            <JobStateMark state={now.state} paused={now.paused} />
          </div>
          {!ENDED.has(now.state) && <CopyProgress job={now} />}
          {now.error && <Warning>{asSentence(now.error.message)}</Warning>}
        </div>
      )}
      {isDone && <Proof file={file} />}
    </Stack>
  );
}
