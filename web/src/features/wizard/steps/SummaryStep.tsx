/** Step 6: what will count from now on, and the start with it. */
import { Button, List, Table, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { Columns } from "@/components/Columns";
import { ErrorNotice } from "@/components/Notice";
import { State } from "@/components/State";
import { Warning } from "@/components/Warning";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import { worthTelling } from "../pending";
import { Restarting } from "../Restarting";
import { useSettings } from "../reading";
import { StepFrame, type Steps } from "../StepFrame";
import { useRestart } from "../useRestart";

const say = t.wizard.summary;

export function SummaryStep({ steps }: { steps: Steps }) {
  const read = useSettings();
  const { state, restart } = useRestart();
  const settings = read.data?.data;
  const pending = settings?.pending ?? [];
  const told = worthTelling(pending);
  const problems = settings?.problems ?? [];
  const isGoing = state.kind === "going";
  return (
    <StepFrame
      step="summary"
      title={say.title}
      says={pending.length > 0 ? say.says : say.nothing}
      steps={steps}
      next={pending.length > 0 ? null : t.wizard.goOn}
      mayGoOn={!isGoing}
    >
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {problems.length > 0 && (
        <Warning title={say.problems}>
          <Sentences lines={problems} />
        </Warning>
      )}
      {settings && settings.warnings.length > 0 && (
        <Warning title={say.warnings}>
          <Sentences lines={settings.warnings} />
        </Warning>
      )}
      {pending.length === 0 && problems.length === 0 && state.kind === "idle" && (
        <State tone="quiet" icon={IconCheck}>
          {say.nothing}
        </State>
      )}
      {pending.length > 0 && <Pending pending={told} />}
      {pending.length > 0 && settings && (
        <Text size="sm" c="dimmed">
          {say.file(settings.file)}
        </Text>
      )}
      <Restarting state={state} />
      {pending.length > 0 && (
        <div>
          <Button loading={isGoing} disabled={problems.length > 0} onClick={() => void restart()}>
            {say.apply}
          </Button>
        </div>
      )}
    </StepFrame>
  );
}

function Pending({
  pending,
}: {
  pending: readonly { key: string; running: string | null; saved: string | null }[];
}) {
  return (
    <Table.ScrollContainer minWidth={440}>
      <Table>
        <Columns names={[say.what, say.running, say.saved]} />
        <Table.Tbody>
          {pending.map(({ key, running, saved }) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={500}>
                {nameOf(key)}
              </Table.Th>
              <Table.Td className="quiet">{running || say.unset}</Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{saved || say.unset}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function nameOf(key: string): string {
  const [, number, field] = /^library\.(\d+)\.(.+)$/.exec(key) ?? [];
  if (number !== undefined && field) return say.library(Number(number) + 1, say.fields[field] ?? field);
  return say.keys[key] ?? key;
}

function Sentences({ lines }: { lines: readonly string[] }) {
  return (
    <List listStyleType="none" spacing={4}>
      {lines.map((line) => (
        <List.Item key={line}>{asSentence(line)}</List.Item>
      ))}
    </List>
  );
}
