/** How far putting everything back is, and what came of it. */
import { Button, Group, List, Loader, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { $api } from "@/api/client";
import type { Job } from "@/api/schema";
import { PageLink } from "@/components/PageLink";
import { State } from "@/components/State";
import { fileName } from "@/lib/format";
import { useJob } from "@/live/job";
import { t } from "@/strings";
import { usePaused } from "./paused";

export function PutBackProgress({
  job: id,
  onHide,
  onClose,
  onAgain,
}: {
  job: string;
  onHide: () => void;
  onClose: () => void;
  onAgain: () => void;
}) {
  const words = t.putBack;
  const job = useJob(id);
  if (!job) return <Loader aria-label={t.common.loading} />;
  if (job.finished_at) return <Outcome job={job} onClose={onClose} onAgain={onAgain} />;
  const ratio = job.bytes_total > 0 ? job.bytes_done / job.bytes_total : 0;
  return (
    <Stack>
      <Text fw={600}>{words.goingOn}</Text>
      <Progress value={ratio * 100} color="var(--state-attention-fill)" aria-label={words.goingOn} />
      <Text role="status" size="sm">
        {words.progress(job.bytes_done, job.bytes_total)}
      </Text>
      <Text size="sm" c="dimmed">
        {words.goingOnHint}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onHide}>
          {t.common.close}
        </Button>
      </Group>
    </Stack>
  );
}

function Outcome({ job, onClose, onAgain }: { job: Job; onClose: () => void; onAgain: () => void }) {
  const words = t.putBack;
  // What was cached while this ran is not among what was put back.
  const statistics = $api.useQuery("get", "/api/cached/statistics", {}, { staleTime: 0 });
  const isPaused = usePaused() !== null;
  const failed = job.batch?.failed_count ?? 0;
  const failures = job.batch?.failures ?? [];
  const left = statistics.isFetching ? 0 : Math.max(0, (statistics.data?.data.total_files ?? 0) - failed);
  const isAll = job.state === "done" && failed === 0 && left === 0;
  return (
    <Stack>
      <Text role="status" fw={600} component="div">
        {isAll ? (
          <State tone="served" icon={IconCheck}>
            {words.done}
          </State>
        ) : (
          words.doneSome(job.batch?.done_count ?? 0)
        )}
      </Text>
      {job.state === "cancelled" && <Text>{words.cancelled}</Text>}
      {job.state === "failed" && job.error && <Text>{job.error.message}</Text>}
      {failed > 0 && (
        <>
          <State tone="loss" icon={IconAlertTriangle}>
            {words.failed(failed)}
          </State>
          <List size="sm" spacing={4}>
            {failures.map((failure) => (
              <List.Item key={failure.file_id} title={failure.file_path}>
                <strong>{fileName(failure.file_path)}</strong>: {failure.message}
              </List.Item>
            ))}
          </List>
          {failed > failures.length && <Text size="sm">{words.failedMore(failed - failures.length)}</Text>}
          <Text size="sm" c="dimmed">
            {words.failedHint}
          </Text>
        </>
      )}
      <Text size="sm" c="dimmed">
        {isPaused ? words.isPaused : words.notPaused}
      </Text>
      {left > 0 && <Text>{words.left(left)}</Text>}
      <Group justify="flex-end">
        {(failed > 0 || left > 0) && (
          <>
            <PageLink to="/activity" search={{ view: "history" }} onClick={onClose} size="sm">
              {words.toHistory}
            </PageLink>
            <Button variant="default" onClick={onAgain}>
              {words.again}
            </Button>
          </>
        )}
        <Button onClick={onClose} data-autofocus>
          {t.common.close}
        </Button>
      </Group>
    </Stack>
  );
}
