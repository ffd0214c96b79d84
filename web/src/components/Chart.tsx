/**
 * Amounts over days as stacked bars, and the same as a table: whoever prefers numbers, or cannot see the bars, loses
 * nothing. What draws is fetched only when a chart is shown.
 */
import { Button, Center, Group, Loader, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChartBar, IconTable } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { t } from "@/strings";
import classes from "./Chart.module.css";
import type { Tone } from "./State";

const ChartCanvas = lazy(() => import("./ChartCanvas"));

export interface Series {
  name: string;
  tone: Tone;
  values: readonly number[];
}

export interface ChartData {
  /** What the chart shows, for those who do not see it, and the caption of its table. */
  title: string;
  /** What the labels are, for the head of the table. */
  labelled: string;
  labels: readonly string[];
  /** From the ground up. */
  series: readonly Series[];
}

export function Chart({
  data,
  height = 96,
  format,
  inWords,
}: {
  data: ChartData;
  height?: number;
  format: (value: number) => string;
  /** One bar in words; without one, what the line below the chart says. */
  inWords: (index: number | null) => string;
}) {
  const [asTable, shown] = useDisclosure(false);
  const [pointed, setPointed] = useState<number | null>(null);
  return (
    <div>
      {asTable ? (
        <ChartTable data={data} height={height} format={format} />
      ) : (
        <div role="img" aria-label={data.title} style={{ height }}>
          <Suspense
            fallback={
              <Center h={height}>
                <Loader size="sm" aria-label={t.common.loading} />
              </Center>
            }
          >
            <ChartCanvas data={data} height={height} format={format} onPoint={setPointed} />
          </Suspense>
        </div>
      )}
      <Group justify="space-between" gap="xs" wrap="nowrap" mt={6}>
        <Text size="xs" c="dimmed">
          {inWords(asTable ? null : pointed)}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          className={classes.toggle ?? ""}
          leftSection={asTable ? <IconChartBar size={14} aria-hidden /> : <IconTable size={14} aria-hidden />}
          onClick={shown.toggle}
        >
          {asTable ? t.common.showChart : t.common.showTable}
        </Button>
      </Group>
    </div>
  );
}

function ChartTable({
  data,
  height,
  format,
}: {
  data: ChartData;
  height: number;
  format: (value: number) => string;
}) {
  // The newest first: that is what is looked for.
  const order = data.labels.map((_, index) => index).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={classes.scroll} style={{ height }} aria-label={data.title} tabIndex={0}>
      <Table stickyHeader verticalSpacing={2} fz="xs">
        <Table.Caption className={classes.unseen ?? ""}>{data.title}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{data.labelled}</Table.Th>
            {data.series.map((one) => (
              <Table.Th key={one.name} scope="col" ta="end">
                {one.name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {order.map((index) => (
            <Table.Tr key={data.labels[index]}>
              <Table.Th scope="row" fw={400}>
                {data.labels[index]}
              </Table.Th>
              {data.series.map((one) => (
                <Table.Td key={one.name} ta="end">
                  {format(one.values[index] ?? 0)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
