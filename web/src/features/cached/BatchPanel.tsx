/** How far a batch is; at its end what came of it, and the way back where there is one. */
import { Button, Group, List, Progress, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { client } from "@/api/client";
import { reportDone, reportProblem } from "@/components/report";
import { fileName } from "@/lib/format";
import { t } from "@/strings";
import { cacheAgain } from "./acts";
import { type Batch, type Batches, hasEnded } from "./useBatches";

export function BatchPanels({ batches }: { batches: Batches }) {
  return (
    <section
      aria-label={t.cached.batch.region}
      aria-live="polite"
      // It has to be there before something is in it, and then takes no room.
      style={batches.batches.length === 0 ? { position: "absolute" } : undefined}
    >
      <Stack gap="xs">
        {batches.batches.map((batch) => (
          <BatchPanel key={batch.jobId} batch={batch} onClose={() => batches.close(batch.jobId)} />
        ))}
      </Stack>
    </section>
  );
}

function BatchPanel({ batch, onClose }: { batch: Batch; onClose: () => void }) {
  const { job, action } = batch;
  const ended = hasEnded(job);
  const total = job?.bytes_total ?? 0;
  const done = job?.bytes_done ?? 0;
  return (
    <div className="card">
      <Stack gap={6} p="sm">
        <Group justify="space-between" gap="sm">
          <Text size="sm" fw={600}>
            {ended
              ? t.cached.batch.done(action, job?.batch?.done_count ?? 0)
              : t.cached.batch.running[action]}
          </Text>
          <Group gap="xs">
            {ended ? <Ended batch={batch} onClose={onClose} /> : <Cancel jobId={batch.jobId} />}
          </Group>
        </Group>
        {ended ? (
          <Failures batch={batch} />
        ) : (
          <>
            <Progress
              value={total > 0 ? (done / total) * 100 : 0}
              color="var(--state-attention-fill)"
              size={6}
              aria-label={t.cached.batch.running[action]}
            />
            {/* The number moves several times a second: nobody wants to hear each. */}
            <Text size="xs" c="dimmed" aria-live="off">
              {t.cached.batch.progress(done, total)}
            </Text>
          </>
        )}
      </Stack>
    </div>
  );
}

function Failures({ batch: { job } }: { batch: Batch }) {
  const failed = job?.batch?.failed_count ?? 0;
  const failures = job?.batch?.failures ?? [];
  return (
    <>
      {job?.state === "cancelled" && <Text size="sm">{t.cached.batch.cancelled}</Text>}
      {job?.state === "failed" && job.error && (
        <Text size="sm" c="var(--state-loss)">
          {job.error.message}
        </Text>
      )}
      {failed > 0 && (
        <div>
          <Text size="sm" c="var(--state-loss)">
            {t.cached.batch.failed(failed)}
          </Text>
          <List size="sm" mah={120} style={{ overflowY: "auto" }}>
            {failures.map((one) => (
              <List.Item key={one.file_id}>
                {one.file_path && `${fileName(one.file_path)}: `}
                {one.message}
              </List.Item>
            ))}
            {failed > failures.length && (
              <List.Item>{t.cached.batch.failedMore(failed - failures.length)}</List.Item>
            )}
          </List>
        </div>
      )}
    </>
  );
}

function Ended({ batch, onClose }: { batch: Batch; onClose: () => void }) {
  const [asking, setAsking] = useState(false);
  const undo = async (paths: readonly string[]) => {
    setAsking(true);
    const { asked, failed } = await cacheAgain(paths);
    if (asked > 0) reportDone(t.cached.cachingAgain(asked));
    if (failed.length > 0) reportProblem(failed[0]);
    onClose();
  };
  const { undo: paths } = batch;
  return (
    <>
      {paths && (
        <Button
          size="compact-sm"
          variant="default"
          loading={asking}
          title={t.cached.cacheAgainHint}
          onClick={() => void undo(paths)}
        >
          {t.cached.cacheAgain}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" onClick={onClose}>
        {t.common.close}
      </Button>
    </>
  );
}

function Cancel({ jobId }: { jobId: string }) {
  const cancel = () => {
    client
      .POST("/api/jobs/{job_id}/cancel", { params: { path: { job_id: jobId } } })
      .catch((error: unknown) => reportProblem(error));
  };
  return (
    <Button size="compact-sm" variant="default" onClick={cancel}>
      {t.cached.batch.cancel}
    </Button>
  );
}
