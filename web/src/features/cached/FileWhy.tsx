/** Why a file is here: what speaks for it and against, as a sum. */
import { Table, Text, Title } from "@mantine/core";
import { useId } from "react";
import type { FileDetail } from "@/api/schema";
import { Columns } from "@/components/Columns";
import { count } from "@/lib/format";
import { t } from "@/strings";

export function FileWhy({ file }: { file: FileDetail }) {
  const heading = useId();
  const signed = (points: number) => `${points < 0 ? "−" : "+"}${count(Math.abs(points))}`;
  return (
    <section aria-labelledby={heading}>
      <Title order={3} id={heading} mb={4}>
        {t.cached.drawer.why}
      </Title>
      {file.why.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t.cached.drawer.whyEmpty}
        </Text>
      ) : (
        <Table verticalSpacing={4} horizontalSpacing={0} withRowBorders={false} aria-labelledby={heading}>
          <Columns hidden names={[t.cached.drawer.points, t.cached.drawer.reason]} />
          <Table.Tbody>
            {file.why.map((one) => (
              <Table.Tr key={`${one.text} ${one.user ?? ""}`}>
                <Table.Td ta="end" w={52} pe="sm" {...(one.points < 0 ? { c: "var(--state-loss)" } : {})}>
                  {signed(one.points)}
                </Table.Td>
                <Table.Td>
                  {one.user && !one.text.includes(one.user)
                    ? t.cached.drawer.because(one.text, one.user)
                    : one.text}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
          {file.priority !== null && (
            <Table.Tfoot style={{ borderTop: "1px solid var(--line)" }}>
              <Table.Tr>
                <Table.Td ta="end" pe="sm" fw={700}>
                  {count(file.priority)}
                </Table.Td>
                <Table.Td fw={600}>{t.cached.drawer.whySum(file.priority)}</Table.Td>
              </Table.Tr>
            </Table.Tfoot>
          )}
        </Table>
      )}
    </section>
  );
}
