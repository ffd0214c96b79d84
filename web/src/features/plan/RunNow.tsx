/** The button that lets a run happen now, and the line that says what came of it. */
import { Button, Text, Tooltip } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { usePaused } from "@/app/paused";
import { PageLink } from "@/components/PageLink";
import { t } from "@/strings";
import { type Run, RunKeys } from "./useRun";

export function RunNow({ run }: { run: Run }) {
  const words = t.plan;
  const paused = usePaused() !== null;
  return (
    <>
      <RunKeys run={run} />
      <Tooltip label={paused ? words.runPaused : words.runHint}>
        <Button
          {...(paused ? { "data-disabled": true } : {})}
          aria-disabled={paused}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={run.isRunning}
          onClick={run.go}
        >
          {words.run}
        </Button>
      </Tooltip>
    </>
  );
}

export function RunOutcome({ run }: { run: Run }) {
  return (
    <div aria-live="polite">
      {run.wasAsked && (
        <Text size="sm">
          <Outcome run={run} />
        </Text>
      )}
    </div>
  );
}

function Outcome({ run: { job } }: { run: Run }) {
  const words = t.plan;
  if (!job?.finished_at) return words.runAsking;
  if (job.error) return `${words.runFailed} ${job.error.message}`;
  const { cached_count = 0, given_back_count = 0, waiting_count = 0, failed_count = 0 } = job.plan ?? {};
  return (
    <>
      {words.runDone(cached_count, given_back_count, waiting_count, failed_count)}{" "}
      {cached_count + given_back_count > 0 && (
        <PageLink to="/activity" size="sm" underline="always">
          {words.toQueue}
        </PageLink>
      )}
    </>
  );
}
