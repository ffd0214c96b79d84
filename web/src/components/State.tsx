/** A state: a colour, an icon and a word, never the colour alone. */
import { Group, Tooltip } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconArrowBackUp,
  IconBan,
  IconBolt,
  IconCheck,
  IconCircleDashed,
  IconClock,
  IconCopy,
  IconHistory,
  IconPlayerPause,
  IconShieldCheck,
  IconSwitchHorizontal,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { FileStatus, JobState } from "@/api/schema";
import { t } from "@/strings";

export type Tone = "served" | "attention" | "loss" | "quiet";

export function State({
  tone,
  icon: Sign,
  children,
  hint,
}: {
  tone: Tone;
  icon: Icon;
  children: ReactNode;
  hint?: string | undefined;
}) {
  const state = (
    <Group gap={5} wrap="nowrap" display="inline-flex" c={`var(--state-${tone})`}>
      <Sign size={15} stroke={1.8} aria-hidden style={{ flex: "none" }} />
      <span>{children}</span>
    </Group>
  );
  return hint ? <Tooltip label={hint}>{state}</Tooltip> : state;
}

const FILE: Record<FileStatus, [Tone, Icon]> = {
  active: ["served", IconBolt],
  orphaned: ["loss", IconAlertTriangle],
  pending_removal: ["attention", IconArrowBackUp],
  removed: ["quiet", IconHistory],
};

export function FileState({ status }: { status: FileStatus }) {
  const [tone, icon] = FILE[status];
  return (
    <State tone={tone} icon={icon} hint={t.common.statusHint[status]}>
      {t.common.status[status]}
    </State>
  );
}

const JOB: Record<JobState, [Tone, Icon]> = {
  queued: ["quiet", IconClock],
  copying: ["attention", IconCopy],
  verifying: ["attention", IconShieldCheck],
  swapping: ["attention", IconSwitchHorizontal],
  done: ["served", IconCheck],
  failed: ["loss", IconAlertTriangle],
  cancelled: ["quiet", IconBan],
};

export function JobStateMark({ state, paused = false }: { state: JobState; paused?: boolean }) {
  const [tone, icon] = paused
    ? (["quiet", IconPlayerPause] as const)
    : (JOB[state] ?? ["quiet", IconCircleDashed]);
  return (
    <State tone={tone} icon={icon}>
      {paused ? t.common.paused : t.common.jobState[state]}
    </State>
  );
}
