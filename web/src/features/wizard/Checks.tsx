/** What a probe saw, line by line, and what to do about it. */
import { Group, List, Loader, Stack, Text } from "@mantine/core";
import { type Icon, IconAlertTriangle, IconCheck, IconCircleX, IconHelp } from "@tabler/icons-react";
import type { ProbeCheck } from "@/api/schema";
import { ErrorNotice } from "@/components/Notice";
import { State, type Tone } from "@/components/State";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import type { Probed } from "./useProbe";

const MARKS: Record<ProbeCheck["state"], [Tone, Icon]> = {
  ok: ["quiet", IconCheck],
  warning: ["attention", IconAlertTriangle],
  problem: ["loss", IconCircleX],
  unknown: ["attention", IconHelp],
};

export function Checks({ probed }: { probed: Probed }) {
  return (
    <div aria-live="polite" aria-busy={probed.isLooking}>
      {probed.isLooking && (
        <Group gap="xs">
          <Loader size="xs" aria-hidden />
          <Text size="sm" c="dimmed">
            {t.wizard.looking}
          </Text>
        </Group>
      )}
      {!probed.isLooking && probed.error !== null && (
        <ErrorNotice error={probed.error} retry={probed.again} />
      )}
      {!probed.isLooking && probed.probe && (
        <List listStyleType="none" spacing={6}>
          {probed.probe.checks.map((check) => (
            <List.Item key={check.id}>
              <Check check={check} />
            </List.Item>
          ))}
        </List>
      )}
    </div>
  );
}

function Check({ check }: { check: ProbeCheck }) {
  const [tone, icon] = MARKS[check.state];
  return (
    <Stack gap={0}>
      <State tone={tone} icon={icon}>
        {check.title}
      </State>
      {check.state === "ok" ? (
        <Text size="sm" c="dimmed" pl={20}>
          {check.detail}
        </Text>
      ) : (
        <Text size="sm" pl={20}>
          {asSentence(check.detail)} {check.fix && asSentence(check.fix)}
        </Text>
      )}
    </Stack>
  );
}
