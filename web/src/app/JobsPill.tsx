/** How much is being copied, on every page; a click shows each job. */
import { Anchor, Drawer, Group, Stack, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCopy, IconListCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Job } from "@/api/schema";
import { CopyProgress } from "@/components/CopyProgress";
import { Empty } from "@/components/Empty";
import { JobStateMark } from "@/components/State";
import { rate } from "@/lib/format";
import { type ActiveJobs, useActiveJobs } from "@/live/jobs";
import { t } from "@/strings";
import { JobActions, jobName } from "./JobActions";
import { useSession } from "./session";
import classes from "./shell.module.css";

export function JobsPill() {
  const active = useActiveJobs();
  const [opened, shown] = useDisclosure(false);
  const busy = active.running + active.waiting > 0;
  const words = t.shell.jobs(active.running, active.waiting);
  return (
    <>
      <UnstyledButton className={classes.pill} onClick={shown.open}>
        <VisuallyHidden>{t.shell.jobsTitle}: </VisuallyHidden>
        <IconCopy size={15} color={busy ? "var(--state-attention)" : "var(--text-quiet)"} aria-hidden />
        <span className={classes.wide}>{words}</span>
        {active.rate > 0 && <span className="quiet">{rate(active.rate)}</span>}
      </UnstyledButton>
      <Drawer opened={opened} onClose={shown.close} position="right" title={t.shell.jobsTitle} size={420}>
        {opened && <JobsList active={active} onLeave={shown.close} />}
      </Drawer>
    </>
  );
}

function JobsList({ active, onLeave }: { active: ActiveJobs; onLeave: () => void }) {
  if (active.jobs.length === 0) {
    return <Empty icon={IconListCheck} title={t.shell.jobsEmpty} />;
  }
  const unseen = active.running + active.waiting - active.jobs.length;
  return (
    <Stack gap="md">
      {active.jobs.map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
      {unseen > 0 && <Text c="dimmed">{t.shell.jobsMore(unseen)}</Text>}
      <Anchor component={Link} to="/activity" onClick={onLeave}>
        {t.shell.jobsAll}
      </Anchor>
    </Stack>
  );
}

/** One job that waits or runs, with what can be done about it. */
export function JobRow({ job }: { job: Job }) {
  const { may } = useSession();
  const name = jobName(job);
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text truncate title={job.path}>
          {name}
        </Text>
        <Group gap={4} wrap="nowrap">
          <JobStateMark state={job.state} paused={job.paused} />
          {may("operator") && <JobActions job={job} />}
        </Group>
      </Group>
      {job.state !== "queued" && <CopyProgress job={job} />}
    </div>
  );
}
