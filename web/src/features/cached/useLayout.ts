/** How this browser likes its table: columns, their order and width, how dense the rows are. Kept in it. */
import { useLocalStorage } from "@mantine/hooks";
import { useTable } from "@tanstack/react-table";
import type { CachedFile } from "@/api/schema";
import { COLUMN_IDS, type ColumnId, columns, features, HIDDEN_AT_FIRST, isColumn } from "./columns";

export type Density = "compact" | "comfortable";

export const ROW_HEIGHT: Record<Density, number> = { compact: 36, comfortable: 48 };
/** Two lines. */
export const PHONE_ROW = 68;

interface Kept {
  visible: Record<string, boolean>;
  order: string[];
  widths: Record<string, number>;
  density: Density;
}

const AT_FIRST: Kept = {
  visible: HIDDEN_AT_FIRST,
  order: [...COLUMN_IDS],
  widths: {},
  density: "compact",
};

/** Whatever somebody's browser kept, made good: an older version had other columns. */
export function mended(value: unknown): Kept {
  const kept =
    typeof value === "object" && value !== null ? (value as Partial<Record<keyof Kept, unknown>>) : {};
  const known = Array.isArray(kept.order)
    ? kept.order.filter((id) => typeof id === "string" && isColumn(id))
    : [];
  return {
    visible: { ...HIDDEN_AT_FIRST, ...only(kept.visible, (one) => typeof one === "boolean"), filename: true },
    order: [...new Set([...known, ...COLUMN_IDS])],
    widths: only(kept.widths, (one) => typeof one === "number" && one >= 40 && one <= 2_000),
    density: kept.density === "comfortable" ? "comfortable" : "compact",
  };
}

function only<Value>(value: unknown, good: (one: unknown) => boolean): Record<string, Value> {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value).filter(([id, one]) => isColumn(id) && good(one));
  return Object.fromEntries(entries) as Record<string, Value>;
}

const NO_ROWS: CachedFile[] = [];

export function useLayout() {
  const [kept, keep] = useLocalStorage<Kept>({
    key: "cacherr-cached-layout",
    defaultValue: AT_FIRST,
    getInitialValueInEffect: false,
    deserialize: (text) => {
      try {
        return mended(JSON.parse(text ?? "null"));
      } catch {
        return AT_FIRST;
      }
    },
  });
  const set =
    <Key extends keyof Kept>(key: Key) =>
    (change: Kept[Key] | ((old: Kept[Key]) => Kept[Key])) =>
      keep((old) => ({ ...old, [key]: typeof change === "function" ? change(old[key]) : change }));

  const table = useTable({
    features,
    columns,
    // The rows come from elsewhere, a window at a time.
    data: NO_ROWS,
    columnResizeMode: "onChange",
    state: {
      columnVisibility: kept.visible,
      columnOrder: kept.order,
      columnSizing: kept.widths,
    },
    onColumnVisibilityChange: set("visible"),
    onColumnOrderChange: set("order"),
    onColumnSizingChange: set("widths"),
  });

  const shown = table.getVisibleLeafColumns().map((column) => ({
    id: column.id as ColumnId,
    width: column.getSize(),
  }));
  const move = (id: ColumnId, by: -1 | 1) => {
    const from = kept.order.indexOf(id);
    const to = from + by;
    const other = kept.order[to];
    if (from < 0 || other === undefined) return;
    set("order")(kept.order.with(from, other).with(to, id));
  };
  return {
    table,
    shown,
    order: kept.order.filter(isColumn),
    density: kept.density,
    setDensity: set("density"),
    isVisible: (id: ColumnId) => kept.visible[id] !== false,
    setVisible: (id: ColumnId, on: boolean) => set("visible")((old) => ({ ...old, [id]: on })),
    setWidth: (id: ColumnId, width: number) => set("widths")((old) => ({ ...old, [id]: width })),
    move,
    reset: () => keep(AT_FIRST),
  };
}

export type Layout = ReturnType<typeof useLayout>;
