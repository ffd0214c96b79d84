/** What can be done about a job that waits or runs: halt it, let it go on, call it off. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { Job } from "@/api/schema";
import { reportDone, reportProblem } from "@/components/report";
import { fileName } from "@/lib/format";
import { readAgainSoon } from "@/live/effects";
import { t } from "@/strings";

export function jobName(job: Pick<Job, "path" | "kind">): string {
  return job.path ? fileName(job.path) : t.common.jobKind[job.kind];
}

export function JobActions({ job }: { job: Job }) {
  const queries = useQueryClient();
  const act = {
    onError: reportProblem,
    // No event tells that somebody halted a job.
    onSettled: () => readAgainSoon(queries, "/api/jobs"),
  };
  const params = { params: { path: { job_id: job.id } } };
  const name = jobName(job);
  const pause = $api.useMutation("post", "/api/jobs/{job_id}/pause", act);
  const resume = $api.useMutation("post", "/api/jobs/{job_id}/resume", act);
  const cancel = $api.useMutation("post", "/api/jobs/{job_id}/cancel", {
    ...act,
    onSuccess: () => reportDone(t.common.cancelledJob(name)),
  });
  // Past the swap there is no way back, only forward.
  const committed = job.state === "swapping";
  return (
    <>
      {job.paused ? (
        <Tooltip label={t.common.resumeJob(name)}>
          <ActionIcon
            size={28}
            aria-label={t.common.resumeJob(name)}
            loading={resume.isPending}
            onClick={() => resume.mutate(params)}
          >
            <IconPlayerPlay size={16} />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Tooltip label={t.common.pauseJob(name)}>
          <ActionIcon
            size={28}
            aria-label={t.common.pauseJob(name)}
            disabled={committed}
            loading={pause.isPending}
            onClick={() => pause.mutate(params)}
          >
            <IconPlayerPause size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label={t.common.cancelJob(name)}>
        <ActionIcon
          size={28}
          aria-label={t.common.cancelJob(name)}
          disabled={committed}
          loading={cancel.isPending}
          onClick={() => cancel.mutate(params)}
        >
          <IconX size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
