/** What each source of each user said last, and how far it can be trusted. */
import { Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCircleDashed } from "@tabler/icons-react";
import type { PlanSource } from "@/api/schema";
import { Columns } from "@/components/Columns";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { exact } from "@/lib/format";
import { t } from "@/strings";
import classes from "./plan.module.css";

export function Sources({ entries }: { entries: readonly PlanSource[] }) {
  const words = t.plan;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={`card ${classes.scroll}`} aria-label={words.sources} tabIndex={0}>
      <Table aria-label={words.sources}>
        <Columns
          names={[
            words.columns.user,
            words.columns.source,
            words.columns.items,
            words.columns.answered,
            words.columns.state,
          ]}
        />
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={`${entry.user_id} ${entry.source}`}>
              <Table.Td>{entry.user_id}</Table.Td>
              <Table.Td>{words.sourceKind[entry.source]}</Table.Td>
              <Table.Td>{words.items(entry.items)}</Table.Td>
              <Table.Td>
                <When at={entry.answered_at} />
              </Table.Td>
              <Table.Td>
                <SourceState entry={entry} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function SourceState({ entry }: { entry: PlanSource }) {
  const words = t.plan;
  if (!entry.problem) {
    return entry.is_asked ? (
      <State tone="served" icon={IconCheck}>
        {words.sourceWell}
      </State>
    ) : (
      <State tone="quiet" icon={IconCircleDashed}>
        {words.sourceNotAsked}
      </State>
    );
  }
  return (
    <>
      <State tone="attention" icon={IconAlertTriangle}>
        {words.sourceProblem}
      </State>
      <Text size="xs" c="dimmed" maw={520}>
        {entry.problem.message} {entry.holds_until && words.sourceHolds(exact(new Date(entry.holds_until)))}{" "}
        {entry.is_blind && words.sourceBlind}
      </Text>
    </>
  );
}
