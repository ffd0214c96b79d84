/** One job that waits or runs: what it is about, why, how far, and what can be done about it. */
import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Job, Session } from "@/api/schema";
import { actorName } from "@/lib/actor";
import { fileName, folderOf } from "@/lib/format";
import { t } from "@/strings";
import { CopyProgress } from "./CopyProgress";
import { JobStateMark } from "./State";

export function JobLine({
  job,
  sessions = [],
  actions,
}: {
  job: Job;
  sessions?: readonly Session[];
  actions?: ReactNode;
}) {
  const name = job.path ? fileName(job.path) : t.common.jobKind[job.kind];
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text truncate fw={500} title={job.path || undefined} miw={0}>
          {name}
        </Text>
        <Group gap={4} wrap="nowrap" style={{ flex: "none" }} fz="sm">
          <JobStateMark state={job.state} paused={job.paused} />
          {actions}
        </Group>
      </Group>
      {job.state !== "queued" && <CopyProgress job={job} />}
      <Text size="xs" c="dimmed">
        {waitsFor(job) ?? jobReason(job, sessions)}
      </Text>
    </div>
  );
}

/** What keeps it from going on, if anything does. */
function waitsFor({ state, error }: Pick<Job, "state" | "error">): string | null {
  if (error?.code === "mover_runs") return t.common.waitsForMover;
  return state === "queued" && error ? error.message : null;
}

/** Why there is this job, as far as what is known now tells it. */
export function jobReason(
  job: Pick<Job, "kind" | "path" | "triggered_by">,
  sessions: readonly Pick<Session, "file_path" | "user_id" | "title">[],
): string {
  const words = t.common.jobReason;
  const who = (session: Pick<Session, "user_id">) => session.user_id ?? t.common.somebody;
  if (job.kind === "cache") {
    const playing = sessions.find((session) => session.file_path === job.path);
    if (playing) return words.watching(who(playing));
  }
  if (job.triggered_by !== "system") return words.askedBy(actorName(job.triggered_by));
  if (job.kind === "cache") {
    // What follows an episode lies beside it; a film's folder holds nothing else that is cached.
    const near = sessions.find((session) => folderOf(session.file_path) === folderOf(job.path));
    return near ? words.near(who(near), near.title) : words.wanted;
  }
  return words.kind[job.kind];
}
