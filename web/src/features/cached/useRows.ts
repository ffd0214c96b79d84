/**
 * Which rows are in the window, and where each is drawn: TanStack Virtual counts in pixels of the rows, the
 * browser scrolls an element that is never too tall (`scale.ts`), and this translates between the two.
 */
import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useReducer, useRef } from "react";
import { drawnHeight, type Extent, type Place, placeFor, START, scrolledTo, topOf } from "./scale";

/** Rows that are drawn before and after the window. */
const OVERSCAN = 10;
/** Scrolling has ended when nothing moved for so long. */
const SETTLED = 150;

export interface Rows {
  items: VirtualItem[];
  /** The window without what is drawn around it. */
  first: number;
  last: number;
  /** Height of the element that holds the rows. */
  height: number;
  /** To be added to a row's own start. */
  base: number;
  /** Whether the very first row is where it is when nobody scrolled. */
  atTop: boolean;
  scrollToTop(): void;
  /** Scrolls as far as needed for this row to be seen. */
  reveal(index: number): void;
  /** Moves everything by so many rows, without anything moving on the screen. */
  shift(rows: number): void;
  /** Rows that fit into the window. */
  page: number;
}

export function useRows(
  scroller: RefObject<HTMLDivElement | null>,
  { count, row, header }: { count: number; row: number; header: number },
): Rows {
  const place = useRef<Place>(START);
  const report = useRef<(offset: number, scrolling: boolean) => void>(() => {});
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const newest = useRef({ count, row, header });
  newest.current = { count, row, header };

  const extent = useCallback((): Extent => {
    const now = newest.current;
    const window = Math.max(0, (scroller.current?.clientHeight ?? 0) - now.header);
    return { total: now.count * now.row, window };
  }, [scroller]);

  const put = useCallback(
    (next: Place) => {
      const element = scroller.current;
      if (!element) return;
      if (Math.abs(element.scrollTop - next.scroll) >= 1) element.scrollTop = next.scroll;
      // Until the element has grown it may not go so far; the base makes up for it.
      const scroll = element.scrollTop;
      place.current = { scroll, base: next.base === 0 ? 0 : Math.round(scroll - topOf(next)) };
      redraw();
    },
    [scroller],
  );

  const settle = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      report.current(topOf(place.current), false);
      const resting = placeFor(topOf(place.current), extent());
      if (Math.abs(resting.scroll - place.current.scroll) >= 1) put(resting);
    }, SETTLED);
  }, [extent, put]);

  const go = useCallback(
    (top: number) => {
      put(placeFor(top, extent()));
      report.current(topOf(place.current), false);
    },
    [extent, put],
  );

  const virtualizer = useVirtualizer({
    count,
    estimateSize: () => row,
    overscan: OVERSCAN,
    getScrollElement: () => scroller.current,
    observeElementRect: (_, tell) => {
      const element = scroller.current;
      if (!element) return;
      const measure = () => tell({ width: element.clientWidth, height: extent().window });
      const observer = new ResizeObserver(measure);
      observer.observe(element);
      measure();
      return () => observer.disconnect();
    },
    observeElementOffset: (_, tell) => {
      const element = scroller.current;
      if (!element) return;
      report.current = tell;
      const onScroll = () => {
        settle();
        if (Math.abs(element.scrollTop - place.current.scroll) < 1) return;
        const before = place.current;
        place.current = scrolledTo(element.scrollTop, before, extent());
        tell(topOf(place.current), true);
        if (before.base !== place.current.base) redraw();
      };
      element.addEventListener("scroll", onScroll, { passive: true });
      tell(topOf(place.current), false);
      return () => element.removeEventListener("scroll", onScroll);
    },
    scrollToFn: () => {
      // Every scroll of ours goes through `go`.
    },
  });

  // Rows of another height: the one at the top stays there.
  const measured = useRef(row);
  useEffect(() => {
    if (measured.current === row) return;
    const index = topOf(place.current) / measured.current;
    measured.current = row;
    virtualizer.measure();
    go(index * row);
  }, [row, virtualizer, go]);

  useEffect(() => () => clearTimeout(timer.current), []);

  const items = virtualizer.getVirtualItems();
  const { window } = extent();
  const top = topOf(place.current);
  const first = Math.max(0, Math.min(count - 1, Math.floor(top / row)));
  return {
    items,
    first,
    last: Math.max(first, Math.min(count - 1, Math.ceil((top + window) / row) - 1)),
    height: drawnHeight(count * row),
    base: place.current.base,
    atTop: top < row / 2,
    scrollToTop: () => go(0),
    reveal: (index) => {
      const start = index * row;
      const now = topOf(place.current);
      const seen = extent().window;
      if (start < now) go(start);
      else if (start + row > now + seen) go(start + row - seen);
    },
    shift: (by) => go(topOf(place.current) + by * row),
    page: Math.max(1, Math.floor(window / row) - 1),
  };
}
