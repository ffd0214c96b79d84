/** What runs and what waits. */
import { Stack, Text } from "@mantine/core";
import { IconListCheck } from "@tabler/icons-react";
import { $api } from "@/api/client";
import type { Job, Session } from "@/api/schema";
import { JobActions } from "@/app/JobActions";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { Empty } from "@/components/Empty";
import { JobLine } from "@/components/JobLine";
import { PageLink } from "@/components/PageLink";
import { bytes } from "@/lib/format";
import { useActiveJobs } from "@/live/jobs";
import { t } from "@/strings";
import classes from "./activity.module.css";

export function Queue() {
  const words = t.activity;
  const active = useActiveJobs();
  const sessions = $api.useQuery("get", "/api/sessions").data?.data.sessions ?? [];
  const waiting = active.jobs.filter((job) => job.state === "queued");
  const running = active.jobs.filter((job) => job.state !== "queued");
  const unseen = active.running + active.waiting - active.jobs.length;
  const size = waiting.reduce((sum, job) => sum + (job.kind === "batch" ? 0 : job.bytes_total), 0);

  if (active.jobs.length === 0) {
    return (
      <Empty icon={IconListCheck} title={words.queueEmpty}>
        <p>{words.queueEmptyHint}</p>
        <PageLink to="/plan">{words.toPlan}</PageLink>
      </Empty>
    );
  }
  return (
    <Stack gap="md">
      {running.length > 0 && (
        <Card title={words.running} padded={false}>
          <Jobs jobs={running} sessions={sessions} />
        </Card>
      )}
      {waiting.length > 0 && (
        <Card
          title={words.waiting}
          padded={false}
          aside={
            <Text size="sm" c="dimmed">
              {words.waitingSum(active.waiting, bytes(size))}
            </Text>
          }
        >
          <Jobs jobs={waiting} sessions={sessions} />
          {unseen > 0 && (
            <Text c="dimmed" px="md" pb="md">
              {words.waitingMore(unseen)}
            </Text>
          )}
        </Card>
      )}
    </Stack>
  );
}

function Jobs({ jobs, sessions }: { jobs: readonly Job[]; sessions: readonly Session[] }) {
  const { may } = useSession();
  return (
    <ul className={classes.list}>
      {jobs.map((job) => (
        <li key={job.id}>
          <JobLine job={job} sessions={sessions} actions={may("operator") && <JobActions job={job} />} />
        </li>
      ))}
    </ul>
  );
}
