/** What draws the bars of a chart. A chunk of its own: uPlot comes only with a chart. */
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import type { ChartData } from "./Chart";
import classes from "./Chart.module.css";
import { niceEnd, stacked } from "./stack";

/** Pixels that a label below takes at least. */
const LABEL = 64;
const FONT = "12px system-ui, sans-serif";

export default function ChartCanvas({
  data,
  height,
  format,
  onPoint,
}: {
  data: ChartData;
  height: number;
  format: (value: number) => string;
  onPoint: (index: number | null) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("dark");
  const told = useRef({ format, onPoint });
  told.current = { format, onPoint };

  // A canvas knows no variables: colours are read when the theme changes, and all is drawn anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const chart = draw(element, data, height, {
      format: (value) => told.current.format(value),
      onPoint: (index) => told.current.onPoint(index),
    });
    const sizes = new ResizeObserver(() => {
      if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height });
    });
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      chart.destroy();
      told.current.onPoint(null);
    };
  }, [data, height, scheme]);

  return <div ref={place} className={classes.canvas} />;
}

interface Told {
  format(value: number): string;
  onPoint(index: number | null): void;
}

function draw(element: HTMLElement, data: ChartData, height: number, told: Told): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const quiet = colour("--text-quiet");
  const sums = stacked(
    data.series.map((one) => one.values),
    data.labels.length,
  );
  const end = niceEnd(Math.max(0, ...(sums[0] ?? [])));
  const bars = uPlot.paths.bars?.({ size: [0.72, 36], radius: [0.2, 0] });
  return new uPlot(
    {
      width: element.clientWidth,
      height,
      padding: [6, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
      scales: {
        x: { time: false, range: [-0.6, data.labels.length - 0.4] },
        y: { range: [0, end] },
      },
      axes: [
        {
          stroke: quiet,
          font: FONT,
          size: 22,
          gap: 4,
          space: LABEL,
          grid: { show: false },
          ticks: { show: false },
          incrs: [1, 2, 3, 5, 7, 10, 14, 30],
          values: (_, places) => places.map((index) => data.labels[index] ?? ""),
        },
        {
          stroke: quiet,
          font: FONT,
          // As wide as its longest number.
          size: (_, values) => 14 + 7 * Math.max(1, ...(values ?? []).map((value) => value.length)),
          gap: 6,
          splits: () => [0, end / 2, end].filter(Number.isInteger),
          grid: { stroke: colour("--line"), width: 1 },
          ticks: { show: false },
          values: (_, places) => places.map((value) => told.format(value)),
        },
      ],
      series: [
        {},
        ...data.series.toReversed().map((one) => ({
          label: one.name,
          fill: colour(`--state-${one.tone}-fill`),
          width: 0,
          points: { show: false },
          ...(bars ? { paths: bars } : {}),
        })),
      ],
      hooks: { setCursor: [(chart) => told.onPoint(chart.cursor.idx ?? null)] },
    },
    [data.labels.map((_, index) => index), ...sums],
    element,
  );
}
