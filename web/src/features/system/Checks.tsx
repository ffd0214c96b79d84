/** The doctor: what does not work, what it means, how to mend it; and who else reads the libraries. */
import { Button, Collapse, Group, Loader, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight, IconStethoscope } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { $api, client } from "@/api/client";
import type { Diagnosis } from "@/api/schema";
import { useCommand } from "@/app/Palette";
import { useShortcut } from "@/app/shortcuts";
import { Card } from "@/components/Card";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/Notice";
import { When } from "@/components/When";
import { t } from "@/strings";
import { byVerdict } from "./diagnosis";
import { Findings, VerdictMark } from "./Findings";

const DIAGNOSIS = ["get", "/api/system/doctor"] as const;

export default function Checks() {
  const queries = useQueryClient();
  const read = $api.useQuery("get", "/api/system/doctor");
  const look = useMutation({
    mutationFn: () => client.GET("/api/system/doctor", { params: { query: { run: true } } }),
    onSuccess: ({ data }) => queries.setQueryData(DIAGNOSIS, data),
  });
  const run = () => {
    if (!look.isPending) look.mutate();
  };
  useShortcut("r", t.system.runChecks, "here", run);
  useCommand({ id: "run-checks", label: t.system.runChecks, icon: <IconStethoscope size={18} />, run });

  return (
    <Stack>
      <Card
        title={t.system.findings}
        padded={false}
        aside={
          <Button
            variant="default"
            loading={look.isPending}
            onClick={run}
            leftSection={<IconStethoscope size={16} />}
          >
            {t.system.runChecks}
          </Button>
        }
      >
        <Stack gap="xs" pb="sm">
          <Text size="sm" c="dimmed" px="md" role="status">
            {look.isPending ? t.system.running : t.system.runHint}
          </Text>
          {look.error && <ErrorNotice error={look.error} retry={run} />}
          {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
          {read.data && <Found diagnosis={read.data.data} />}
          {read.isPending && <Loader m="md" aria-label={t.common.loading} />}
        </Stack>
      </Card>
    </Stack>
  );
}

function Found({ diagnosis }: { diagnosis: Diagnosis }) {
  const [opened, shown] = useDisclosure(false);
  const { ok, ...rest } = byVerdict(diagnosis.findings);
  const notWell = rest.failure.length + rest.warning.length + rest.unknown.length;
  if (diagnosis.ran_at === null) {
    return (
      <Empty icon={IconStethoscope} title={t.system.neverRun}>
        {t.system.neverRunHint}
      </Empty>
    );
  }
  const Turn = opened ? IconChevronDown : IconChevronRight;
  return (
    <>
      <Group px="md" gap="4px 24px">
        {notWell === 0 && <VerdictMark verdict="ok">{t.system.allWell}</VerdictMark>}
        {rest.failure.length > 0 && (
          <VerdictMark verdict="failure">{t.system.failures(rest.failure.length)}</VerdictMark>
        )}
        {rest.warning.length > 0 && (
          <VerdictMark verdict="warning">{t.system.warnings(rest.warning.length)}</VerdictMark>
        )}
        {rest.unknown.length > 0 && (
          <VerdictMark verdict="unknown">{t.system.unknowns(rest.unknown.length)}</VerdictMark>
        )}
        <Text size="sm" c="dimmed">
          {t.system.ranAt} <When at={diagnosis.ran_at} />
        </Text>
      </Group>
      {notWell > 0 && <Findings findings={[...rest.failure, ...rest.warning, ...rest.unknown]} />}
      <Group px="md">
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<Turn size={14} />}
          aria-expanded={opened}
          onClick={shown.toggle}
        >
          {t.system.wells(ok.length)}
        </Button>
      </Group>
      <Collapse expanded={opened}>
        <Findings findings={ok} />
      </Collapse>
    </>
  );
}
