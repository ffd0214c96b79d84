/** How far a job is: a bar, and the same in words. */
import { Progress, Text } from "@mantine/core";
import type { Job } from "@/api/schema";
import { bytes, count, duration, percent, rate } from "@/lib/format";
import { t } from "@/strings";

export function CopyProgress({
  job,
}: {
  job: Pick<Job, "kind" | "state" | "bytes_done" | "bytes_total" | "rate">;
}) {
  const ofFiles = job.kind === "batch";
  const total = job.bytes_total ?? 0;
  const ratio = total > 0 ? Math.min(1, job.bytes_done / total) : 0;
  const left = job.rate > 0 && total > 0 ? (total - job.bytes_done) / job.rate : null;
  const amount = ofFiles
    ? `${count(job.bytes_done)} / ${count(total)}`
    : `${bytes(job.bytes_done)} / ${bytes(total)}`;
  const parts = [percent(ratio), amount];
  if (job.rate > 0 && !ofFiles) parts.push(rate(job.rate));
  if (left !== null && left > 0) parts.push(duration(left));
  return (
    <div>
      <Progress
        value={ratio * 100}
        color="var(--state-attention-fill)"
        size={6}
        aria-label={t.common.jobState[job.state]}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {parts.join(" · ")}
      </Text>
    </div>
  );
}
