/** The jobs that run, each with its progress, and what waits behind them. */
import { Group, Text } from "@mantine/core";
import { $api } from "@/api/client";
import { JobActions } from "@/app/JobActions";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { JobLine } from "@/components/JobLine";
import { PageLink } from "@/components/PageLink";
import { useNow } from "@/components/When";
import { bytes, timeOfDay } from "@/lib/format";
import { useActiveJobs } from "@/live/jobs";
import { t } from "@/strings";
import classes from "./dashboard.module.css";

/** More run at once only with an unusual `cache.concurrency`; the queue shows them all. */
const SHOWN = 5;

export function CopyingCard() {
  const words = t.dashboard;
  const { may } = useSession();
  const active = useActiveJobs();
  const sessions = $api.useQuery("get", "/api/sessions").data?.data.sessions ?? [];
  const shown = active.jobs.filter((job) => job.state !== "queued" || job.paused).slice(0, SHOWN);
  const behind = active.jobs.filter((job) => !shown.includes(job));
  const size = behind.reduce((sum, job) => sum + (job.kind === "batch" ? 0 : job.bytes_total), 0);
  return (
    <Card
      title={words.jobs}
      aside={
        <PageLink to="/activity" size="sm">
          {words.jobsAll}
        </PageLink>
      }
    >
      {shown.length === 0 && behind.length === 0 ? (
        <Idle />
      ) : (
        <>
          {shown.map((job) => (
            <div key={job.id} className={classes.job}>
              <JobLine job={job} sessions={sessions} actions={may("operator") && <JobActions job={job} />} />
            </div>
          ))}
          {behind.length > 0 && (
            <Text size="sm" c="dimmed" mt={shown.length > 0 ? "sm" : 4}>
              {words.jobsNext(active.running + active.waiting - shown.length, bytes(size))}
            </Text>
          )}
        </>
      )}
    </Card>
  );
}

/** Nothing runs: why, and what comes next. */
function Idle() {
  const words = t.dashboard;
  const plan = $api.useQuery("get", "/api/plan", { params: { query: { limit: 1 } } }).data?.data;
  const now = useNow();
  const quiet = plan?.quiet_until && new Date(plan.quiet_until) > now ? new Date(plan.quiet_until) : null;
  const next = plan?.totals.cache;
  let outlook: string = words.jobsNone;
  if (plan && next) {
    if (plan.paused) outlook = words.jobsNonePaused;
    else if (quiet) outlook = words.jobsNoneQuiet(timeOfDay(quiet));
    else if (next.files > 0) outlook = words.jobsNoneNext(next.files, bytes(next.size_bytes));
    else if (plan.keep.files > 0) outlook = words.jobsNoneAll;
  }
  return (
    <Group justify="space-between" gap="xs" mih={36}>
      <Text c="dimmed">{outlook}</Text>
      <PageLink to="/plan" size="sm">
        {words.toPlan}
      </PageLink>
    </Group>
  );
}
