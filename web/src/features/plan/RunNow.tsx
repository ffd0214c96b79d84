/** Lets a run happen now, and says what came of it. */
import { Button, Group, Text, Tooltip } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "@/api/client";
import type { Job } from "@/api/schema";
import { useCommand } from "@/app/Palette";
import { useShortcut } from "@/app/shortcuts";
import { PageLink } from "@/components/PageLink";
import { reportProblem } from "@/components/report";
import { readAgainSoon } from "@/live/effects";
import { useJob } from "@/live/job";
import { useLiveEvent } from "@/live/live";
import { t } from "@/strings";

export function RunNow() {
  const words = t.plan;
  const queries = useQueryClient();
  const [asked, setAsked] = useState<string | null>(null);
  const run = $api.useMutation("post", "/api/plan/run", {
    onError: reportProblem,
    onSuccess: ({ data }) => setAsked(data.job_id),
  });
  const job = useJob(asked);
  useLiveEvent((event) => {
    if (event.type === "job_finished" && event.data.id === asked) readAgainSoon(queries, "/api/plan");
  });
  const isRunning = asked !== null && !job?.finished_at;
  const go = () => {
    if (!run.isPending && !isRunning) run.mutate({});
  };
  useShortcut("r", words.run, "here", go);
  useCommand({ id: "plan-run", label: words.run, description: words.runHint, run: go });
  return (
    <Group gap="sm" justify="flex-end">
      <Text size="sm" c="dimmed" aria-live="polite">
        {asked !== null && <Outcome job={job} />}
      </Text>
      <Tooltip label={words.runHint}>
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={run.isPending || isRunning}
          onClick={go}
        >
          {words.run}
        </Button>
      </Tooltip>
    </Group>
  );
}

function Outcome({ job }: { job: Job | undefined }) {
  const words = t.plan;
  if (!job?.finished_at) return words.runAsking;
  if (job.error) return `${words.runFailed} ${job.error.message}`;
  const { cached_count = 0, given_back_count = 0, waiting_count = 0, failed_count = 0 } = job.plan ?? {};
  return (
    <>
      {words.runDone(cached_count, given_back_count, waiting_count, failed_count)}{" "}
      {cached_count + given_back_count > 0 && (
        <PageLink to="/activity" size="sm">
          {words.toQueue}
        </PageLink>
      )}
    </>
  );
}
