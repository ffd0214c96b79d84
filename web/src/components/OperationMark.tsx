/** What was done, as the log calls it: an icon and a word. */
import {
  type Icon,
  IconAlertTriangle,
  IconArrowBackUp,
  IconBolt,
  IconCalendarCheck,
  IconDownload,
  IconFirstAidKit,
  IconKey,
  IconListCheck,
  IconLogin,
  IconPin,
  IconPinnedOff,
  IconSettings,
  IconSparkles,
  IconUserPlus,
} from "@tabler/icons-react";
import type { LogEntry, OperationType } from "@/api/schema";
import { t } from "@/strings";
import { State, type Tone } from "./State";

const MARKS: Partial<Record<OperationType, [Tone, Icon]>> = {
  cache: ["served", IconBolt],
  restore: ["quiet", IconArrowBackUp],
  evict: ["quiet", IconArrowBackUp],
  remove: ["quiet", IconArrowBackUp],
  orphan: ["loss", IconAlertTriangle],
  heal: ["served", IconFirstAidKit],
  recover: ["served", IconFirstAidKit],
  attribute: ["quiet", IconUserPlus],
  pin: ["quiet", IconPin],
  unpin: ["quiet", IconPinnedOff],
  cleanup: ["quiet", IconSparkles],
  export: ["quiet", IconDownload],
  settings: ["quiet", IconSettings],
  login: ["quiet", IconLogin],
  logout: ["quiet", IconLogin],
  api_key: ["quiet", IconKey],
  plan: ["quiet", IconCalendarCheck],
};

export function operationWord({ operation_type: type, success }: Operated): string {
  return (success ? undefined : t.activity.operationFailed[type]) ?? t.activity.operation[type];
}

type Operated = Pick<LogEntry, "operation_type" | "success">;

export function OperationMark({ entry }: { entry: Operated }) {
  const [tone, icon]: [Tone, Icon] = entry.success
    ? (MARKS[entry.operation_type] ?? ["quiet", IconListCheck])
    : ["loss", IconAlertTriangle];
  return (
    <State tone={tone} icon={icon}>
      {operationWord(entry)}
    </State>
  );
}

/** Why, in words: what the program calls a reason, or what a person wrote. */
export function reasonWord(reason: string): string {
  const operations: Record<string, string> = t.common.operation;
  return operations[reason] ?? t.activity.reasons[reason] ?? reason;
}
