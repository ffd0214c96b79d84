/** What was asked for here, and how far it is. */
import { Button, Text } from "@mantine/core";
import { IconAlertTriangle, IconBolt, IconCheck } from "@tabler/icons-react";
import { Card } from "@/components/Card";
import { CopyProgress } from "@/components/CopyProgress";
import { Entries, Entry } from "@/components/Entries";
import { JobStateMark, State } from "@/components/State";
import { bytes, fileName } from "@/lib/format";
import { t } from "@/strings";
import type { Request } from "./useRequests";

export function Asked({ requests, onForget }: { requests: readonly Request[]; onForget: () => void }) {
  if (requests.length === 0) return null;
  const refused = requests.filter((one) => one.state === "refused").length;
  return (
    <Card
      title={t.add.asked}
      padded={false}
      aside={
        <Button variant="subtle" color="gray" size="compact-sm" onClick={onForget}>
          {t.add.forget}
        </Button>
      }
    >
      <Text size="sm" px="md" role="status">
        {refused > 0 && t.add.someRefused(refused)}
      </Text>
      <Entries label={t.add.asked}>
        {requests.map((request) => (
          <Entry
            key={request.path}
            name={fileName(request.path)}
            marks={<Mark request={request} />}
            facts={[request.size === null ? null : bytes(request.size)]}
            below={<Far request={request} />}
          />
        ))}
      </Entries>
    </Card>
  );
}

function Mark({ request: { state } }: { request: Request }) {
  switch (state) {
    case "asking":
      return <JobStateMark state="queued" />;
    case "already":
      return (
        <State tone="served" icon={IconCheck}>
          {t.add.cachedAlready}
        </State>
      );
    case "refused":
      return (
        <State tone="loss" icon={IconAlertTriangle}>
          {t.add.refused}
        </State>
      );
    case "done":
      return (
        <State tone="served" icon={IconBolt}>
          {t.common.status.active}
        </State>
      );
    default:
      return <JobStateMark state={state} />;
  }
}

function Far({ request }: { request: Request }) {
  const { state, size, done, rate, problem } = request;
  if (problem !== null) return <Text size="sm">{problem}</Text>;
  if (state === "copying" || state === "verifying" || state === "swapping") {
    return <CopyProgress job={{ kind: "cache", state, bytes_done: done, bytes_total: size ?? 0, rate }} />;
  }
  return null;
}
