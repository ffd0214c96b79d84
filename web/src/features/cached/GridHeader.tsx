/** The names of the columns; a click sorts, their edges set the width. */
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { FileSort } from "@/api/schema";
import { t } from "@/strings";
import { FACTS, isColumn } from "./columns";
import type { Sorting } from "./filter";
import classes from "./grid.module.css";
import type { Layout } from "./useLayout";

export function GridHeader({
  layout,
  sorting,
  onSort,
  every,
  onEvery,
}: {
  layout: Layout;
  sorting: Sorting;
  onSort: (sort: FileSort) => void;
  /** Whether all are selected, or some; absent where nothing may be selected. */
  every: { state: "all" | "some" | "none"; label: string } | null;
  onEvery: () => void;
}) {
  const [group] = layout.table.getHeaderGroups();
  return (
    <thead>
      <tr className={classes.headers} aria-rowindex={1}>
        {every && (
          <th className={classes.check} scope="col">
            <label>
              <input
                type="checkbox"
                aria-label={every.label}
                checked={every.state === "all"}
                ref={(box) => {
                  if (box) box.indeterminate = every.state === "some";
                }}
                onChange={onEvery}
              />
            </label>
          </th>
        )}
        {group?.headers.map((header) => {
          const { id } = header.column;
          if (!isColumn(id)) return null;
          const { sort, numeric } = FACTS[id];
          const sorted = sort === sorting.sort ? sorting.order : null;
          const Arrow = sorted === "asc" ? IconArrowUp : IconArrowDown;
          return (
            <th
              key={id}
              scope="col"
              className={classes.header}
              data-numeric={numeric || undefined}
              aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : sort && "none"}
            >
              {sort ? (
                <button type="button" className={classes.sorter} onClick={() => onSort(sort)}>
                  {t.cached.column[id]}
                  {sorted && <Arrow size={14} aria-hidden />}
                </button>
              ) : (
                <span className={classes.sorter}>{t.cached.column[id]}</span>
              )}
              {/* With a pointer only: the keyboard sets widths in the menu of columns. */}
              <span
                aria-hidden
                className={classes.resizer}
                onMouseDown={header.getResizeHandler()}
                onTouchStart={header.getResizeHandler()}
              />
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
