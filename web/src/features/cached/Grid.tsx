/**
 * The table of cached files: as many rows in the document as fit into the window and a few more, whatever their number.
 *
 * One tab stop: the row the keyboard is at. It stays in the document when it is scrolled away, so that the
 * keyboard never loses its place.
 */
import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowUp } from "@tabler/icons-react";
import {
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from "react";
import type { CachedFile, FileSort, Job } from "@/api/schema";
import { t } from "@/strings";
import type { Sorting } from "./filter";
import { GridHeader } from "./GridHeader";
import { GridRow } from "./GridRow";
import classes from "./grid.module.css";
import { countOf, has, type Selection } from "./selection";
import type { Cursor } from "./useCursor";
import type { Files } from "./useFiles";
import { type Layout, PHONE_ROW, ROW_HEIGHT } from "./useLayout";
import { useLiveFiles } from "./useLiveFiles";
import { useRows } from "./useRows";

const HEADER = 34;
const CHECK = 40;
/** Rows that are shown while the first are read. */
const GHOSTS = 14;

export interface GridHandle {
  /** Moves the keyboard by so many rows, and to the table. */
  step(by: number): void;
  focus(): void;
  /** Scrolls a row into sight and leaves the keyboard where it is. */
  reveal(index: number): void;
}

interface Props {
  ref: Ref<GridHandle>;
  files: Files;
  layout: Layout;
  sorting: Sorting;
  cursor: Cursor;
  selection: Selection;
  selectable: boolean;
  jobs: ReadonlyMap<string, Job>;
  opened: string | undefined;
  onSort: (sort: FileSort) => void;
  onOpen: (file: CachedFile) => void;
  onToggle: (file: CachedFile) => void;
  /** From where the keyboard was to here. */
  onRange: (from: number, to: number) => void;
  onEvery: () => void;
}

export function Grid({
  ref,
  files,
  layout,
  sorting,
  cursor,
  selection,
  selectable,
  jobs,
  opened,
  onSort,
  onOpen,
  onToggle,
  onRange,
  onEvery,
}: Props) {
  const { pages, key } = files;
  const phone = useMediaQuery("(max-width: 639px)", window.innerWidth < 640, {
    getInitialValueInEffect: false,
  });
  const scroller = useRef<HTMLDivElement>(null);
  const header = phone ? 0 : HEADER;
  const rowHeight = phone ? PHONE_ROW : ROW_HEIGHT[layout.density];
  const reading = pages.total === null;
  const rows = useRows(scroller, { count: pages.total ?? GHOSTS, row: rowHeight, header });
  const news = useLiveFiles(files, rows.atTop);
  const wantsFocus = useRef(false);
  const hint = useId();

  useEffect(() => {
    if (!reading) pages.want(rows.first, rows.last);
  }, [pages, reading, rows.first, rows.last]);

  const { shift, scrollToTop } = rows;
  // Before anything is painted: the rows that moved stay where they were seen.
  useLayoutEffect(() => {
    const by = pages.takeShift();
    if (by !== 0) shift(by);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question begins at its top
  useLayoutEffect(scrollToTop, [key]);

  const rowAt = (index: number) =>
    scroller.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`) ?? null;
  const inTable = (element: Element | null) => scroller.current?.contains(element) === true;
  useLayoutEffect(() => {
    const row = rowAt(cursor.index);
    const focused = document.activeElement;
    // Rows came or went above: the focus goes with its file.
    const left = focused instanceof HTMLTableRowElement && focused !== row && inTable(focused);
    if (!row || !(wantsFocus.current || left)) return;
    wantsFocus.current = false;
    row.focus({ preventScroll: true });
  });

  const moveTo = (index: number) => {
    const inside = Math.max(0, Math.min(index, (pages.total ?? 1) - 1));
    rows.reveal(inside);
    cursor.moveTo(inside);
    // A row far away is drawn a moment later.
    wantsFocus.current = rowAt(inside) === null;
    rowAt(inside)?.focus({ preventScroll: true });
  };
  useImperativeHandle(ref, () => ({
    // Coming from elsewhere, the first step is to the table.
    step: (by) => moveTo(cursor.index + (inTable(document.activeElement) ? by : 0)),
    focus: () => moveTo(cursor.index),
    reveal: (index) => {
      rows.reveal(index);
      cursor.moveTo(index);
    },
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || !event.target.closest("tbody")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "a") {
      event.preventDefault();
      if (selectable) onEvery();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = cursor.index;
    const ways: Record<string, number> = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      PageDown: here + rows.page,
      PageUp: here - rows.page,
      Home: 0,
      End: (pages.total ?? 1) - 1,
    };
    const to = ways[event.key];
    const file = pages.at(here);
    if (to !== undefined) {
      if (event.shiftKey && selectable) onRange(here, Math.max(0, Math.min(to, (pages.total ?? 1) - 1)));
      moveTo(to);
    } else if (event.key === "Enter" && file) onOpen(file);
    else if (event.key === " " && file && selectable) onToggle(file);
    else return;
    event.preventDefault();
  };

  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element)) return;
    const row = event.target.closest<HTMLElement>("tr[data-index]");
    const index = Number(row?.dataset.index);
    const file = row ? pages.at(index) : undefined;
    if (!file) return;
    const from = cursor.index;
    const box = event.target.closest("[data-check]") !== null;
    // A label clicks its box as well: once is enough, and the box follows the selection, not the click.
    if (box && !(event.target instanceof HTMLInputElement) && event.target.closest("label")) return;
    cursor.moveTo(index);
    wantsFocus.current = !(event.target instanceof HTMLInputElement);
    if (selectable && event.shiftKey) onRange(from, index);
    else if (selectable && (box || event.ctrlKey || event.metaKey)) onToggle(file);
    else onOpen(file);
  };

  const ids = layout.shown.map(({ id }) => id);
  const widths = layout.shown.map(({ id, width }) =>
    id === "filename" ? `minmax(${width}px, 1fr)` : `${width}px`,
  );
  const boxes = selectable ? CHECK : 0;
  const template = phone ? ["minmax(0, 1fr)"] : widths;
  const style = {
    "--columns": [...(selectable ? [`${CHECK}px`] : []), ...template].join(" "),
    "--width": phone ? "0" : `${layout.shown.reduce((sum, { width }) => sum + width, boxes)}px`,
    "--row-height": `${rowHeight}px`,
    "--header": `${header}px`,
  };
  const total = pages.total ?? 0;
  const meant = countOf(selection, total);
  const row = (index: number, y: number | null) => {
    const file = pages.at(index);
    return (
      <GridRow
        key={index}
        index={index}
        y={y}
        file={file}
        job={file && jobs.get(file.id)}
        columns={ids}
        phone={phone}
        selectable={selectable}
        selected={file !== undefined && has(selection, file.id)}
        active={index === cursor.index}
        opened={file !== undefined && file.id === opened}
      />
    );
  };
  const away = !reading && total > 0 && !rows.items.some(({ index }) => index === cursor.index);

  return (
    <div className={`card ${classes.frame}`} style={style as React.CSSProperties}>
      <div className={classes.news} aria-live="polite">
        {news.fresh > 0 && !rows.atTop && (
          <Button
            size="compact-sm"
            leftSection={<IconArrowUp size={14} />}
            onClick={() => {
              rows.scrollToTop();
              news.show();
            }}
          >
            {t.cached.fresh(news.fresh)}
          </Button>
        )}
      </div>
      <div className={classes.scroller} ref={scroller} data-scroller>
        <span id={hint} hidden>
          {t.cached.tableHint}
        </span>
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are moved among and selected
          role="grid"
          className={classes.table}
          aria-label={t.cached.table}
          aria-describedby={hint}
          aria-rowcount={reading ? -1 : total + 1}
          aria-multiselectable={selectable || undefined}
          aria-busy={files.changing || reading || undefined}
          onKeyDown={onKeyDown}
          onClick={onClick}
        >
          {!phone && (
            <GridHeader
              layout={layout}
              sorting={sorting}
              onSort={onSort}
              every={
                selectable
                  ? {
                      state: meant === 0 ? "none" : meant >= total ? "all" : "some",
                      label: t.cached.selectAll(total),
                    }
                  : null
              }
              onEvery={onEvery}
            />
          )}
          <tbody className={classes.body} style={{ height: rows.height }}>
            {/* One list, so that the row of the keyboard stays the same element when it is scrolled away. */}
            {[
              ...rows.items.map(({ index, start }) => row(index, start + rows.base)),
              ...(away ? [row(cursor.index, null)] : []),
            ]}
          </tbody>
        </table>
      </div>
    </div>
  );
}
