/** The end of the first film: whether the media server reads it from the fast disk. */
import { Button, Group, List, Loader, Text } from "@mantine/core";
import { IconBolt, IconCheck, IconLink, IconRefresh } from "@tabler/icons-react";
import { $api } from "@/api/client";
import { ErrorNotice } from "@/components/Notice";
import { State } from "@/components/State";
import { Warning } from "@/components/Warning";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import { judge } from "./proof";
import { useSource } from "./reading";
import classes from "./wizard.module.css";

const say = t.wizard.first;

export function Proof({ file }: { file: string }) {
  const { source } = useSource();
  const asked = $api.useQuery(
    "get",
    "/api/system/doctor",
    { params: { query: { run: true } } },
    // It wakes every disk: once is enough, and again only when somebody asks.
    { staleTime: Number.POSITIVE_INFINITY, gcTime: 0, retry: false },
  );
  // Read after Plex was asked: what it cannot read goes back by itself.
  const detail = $api.useQuery(
    "get",
    "/api/cached/files/{file_id}",
    { params: { path: { file_id: file } } },
    { enabled: asked.isFetched && !asked.isFetching, refetchInterval: 3_000 },
  );
  const error = asked.error ?? detail.error;
  if (error) return <ErrorNotice error={error} retry={() => void asked.refetch()} />;
  if (asked.isFetching || !asked.data || !detail.data) return <Asking />;
  const { status, history } = detail.data.data;
  const { findings } = asked.data.data;
  const kind = judge({
    status,
    reasons: history.map((entry) => entry.reason),
    findings,
    isConnected: source?.state === "connected",
  });
  const finding = findings.find((one) => one.check === "link_readable");
  if (kind === "reads" || kind === "served") {
    return (
      <div className={classes.proof} role="status">
        <Text size="xl" fw={650} component="div">
          <State tone="served" icon={IconBolt}>
            {kind === "reads" ? say.reads : say.served}
          </State>
        </Text>
        <Text>{kind === "reads" ? say.readsSays : say.servedSays}</Text>
        <List listStyleType="none" spacing={4}>
          <List.Item icon={<IconCheck size={16} aria-hidden />}>{say.copied}</List.Item>
          <List.Item icon={<IconLink size={16} aria-hidden />}>{say.linked}</List.Item>
        </List>
        <Text size="sm" c="dimmed">
          {say.putBack}
        </Text>
      </div>
    );
  }
  return (
    <Warning title={kind === "refused" ? say.refused : say.unknown}>
      {finding && finding.verdict !== "ok" && (
        <Text>
          {asSentence(finding.says)} {finding.fix && asSentence(finding.fix)}
        </Text>
      )}
      <Text mt={4}>{status === "active" ? say.refusedKept : say.refusedBack}</Text>
      <Group mt="sm">
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={() => void asked.refetch()}
        >
          {say.askAgain}
        </Button>
      </Group>
    </Warning>
  );
}

function Asking() {
  return (
    <Group gap="sm" wrap="nowrap" role="status">
      <Loader size="sm" aria-hidden />
      <div>
        <Text>{say.asking}</Text>
        <Text size="sm" c="dimmed">
          {say.askingHint}
        </Text>
      </div>
    </Group>
  );
}
