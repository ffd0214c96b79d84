/** Who joins those who want a file that stays. */
import { Table, Text } from "@mantine/core";
import type { PlanAttribution } from "@/api/schema";
import { Columns } from "@/components/Columns";
import { PageLink } from "@/components/PageLink";
import { fileName } from "@/lib/format";
import { t } from "@/strings";
import classes from "./plan.module.css";

export function Attributions({ entries }: { entries: readonly PlanAttribution[] }) {
  const { columns } = t.plan;
  return (
    <div className={`card ${classes.scroll}`}>
      <Table aria-label={t.plan.attribute}>
        <Columns names={[columns.file, columns.user, columns.why]} />
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={`${entry.file_id} ${entry.user_id} ${entry.operation}`}>
              <Table.Td title={entry.file_path ?? undefined}>
                <PageLink to="/cached" search={{ file: entry.file_id }} size="sm">
                  {entry.file_path ? fileName(entry.file_path) : t.common.unknown}
                </PageLink>
              </Table.Td>
              <Table.Td>
                <Text size="sm">{entry.user_id ?? t.common.somebody}</Text>
              </Table.Td>
              <Table.Td>{t.common.operation[entry.operation]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
