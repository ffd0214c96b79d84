/** Wishes that bring nothing, and why not. */
import { Group, Text } from "@mantine/core";
import { IconBan } from "@tabler/icons-react";
import type { PlanRefusal } from "@/api/schema";
import { PathText } from "@/components/PathText";
import { State } from "@/components/State";
import { fileName } from "@/lib/format";
import { t } from "@/strings";
import { Points } from "./Points";
import classes from "./plan.module.css";

export function Refusals({ entries }: { entries: readonly PlanRefusal[] }) {
  return (
    <ul className={`card ${classes.steps}`} aria-label={t.plan.refused}>
      {entries.map((entry) => (
        <li key={`${entry.file_path} ${entry.user_id} ${entry.code}`}>
          <Group justify="space-between" gap="md" wrap="nowrap">
            <Text fw={500} truncate miw={0}>
              {fileName(entry.file_path)}
            </Text>
            {entry.user_id && <Text style={{ flex: "none" }}>{entry.user_id}</Text>}
          </Group>
          <Text size="sm" component="div">
            <State tone="quiet" icon={IconBan}>
              {entry.message}
            </State>
          </Text>
          <Points priority={entry.priority} why={entry.why} />
          <PathText path={entry.file_path} />
        </li>
      ))}
    </ul>
  );
}
