/** What came of a job: its numbers, or why it failed and what to do. */
import { Text } from "@mantine/core";
import type { Job } from "@/api/schema";
import { actorName } from "@/lib/actor";
import { bytes, duration } from "@/lib/format";
import { t } from "@/strings";

export function JobOutcome({ job }: { job: Job }) {
  const words = t.activity;
  if (job.error) {
    const advice = words.advice[job.error.code];
    return (
      <div>
        <Text size="sm">{job.error.message}</Text>
        {advice && (
          <Text size="xs" c="dimmed">
            {advice}
          </Text>
        )}
      </div>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      {summary(job)}
    </Text>
  );
}

function summary(job: Job): string {
  const words = t.activity;
  const parts: string[] = [];
  if (job.plan) {
    const { cached_count, given_back_count, waiting_count, failed_count } = job.plan;
    parts.push(words.planCame(cached_count, given_back_count, waiting_count, failed_count));
  } else if (job.batch) {
    parts.push(words.filesOf(job.batch.done_count, job.batch.failed_count));
  } else if (job.bytes_done > 0) {
    parts.push(bytes(job.bytes_done));
  }
  if (job.finished_at) {
    const seconds = (new Date(job.finished_at).getTime() - new Date(job.created_at).getTime()) / 1000;
    if (seconds >= 1) parts.push(words.took(duration(seconds)));
  }
  parts.push(job.triggered_by === "system" ? words.system : words.askedBy(actorName(job.triggered_by)));
  return parts.join(" · ");
}
