/**
 * Where a list is that is taller than a browser allows: Chrome ends elements at 33.5 million pixels, Firefox at
 * 17.9 million, and a million rows are 36 million.
 *
 * The scrolled element is never taller than `TALLEST`. What scrolls a little (a wheel, a key, a finger) moves the
 * rows by the same number of pixels; what scrolls far (the bar is dragged) moves them in proportion. The two
 * drift apart by that, so once scrolling has settled the element is put where the rows say it is; nothing moves
 * on the screen then.
 *
 * Invariant: `base` is whole, so that text stays sharp; a list that fits has `base` 0 always.
 */

/** Below what every browser draws, and below 2^24, where a 32-bit float still knows every pixel. */
export const TALLEST = 10_000_000;

/** A scroll by more than so many windows is a leap. */
const LEAP = 2;

export interface Extent {
  /** Height of all rows. */
  total: number;
  /** Height of the window onto them. */
  window: number;
}

export interface Place {
  /** Where the element is scrolled to. */
  scroll: number;
  /** What has to be added to a row's own place so that it is drawn where the element is scrolled to. */
  base: number;
}

export const START: Place = { scroll: 0, base: 0 };

export function drawnHeight(total: number): number {
  return Math.min(total, TALLEST);
}

/** Which pixel of the rows is at the top of the window. */
export function topOf({ scroll, base }: Place): number {
  return scroll - base;
}

function lastTop({ total, window }: Extent): number {
  return Math.max(0, total - window);
}

function lastScroll({ total, window }: Extent): number {
  return Math.max(0, drawnHeight(total) - window);
}

/** The place at which this pixel of the rows is at the top. */
export function placeFor(top: number, extent: Extent): Place {
  const inside = Math.min(Math.max(0, top), lastTop(extent));
  if (extent.total <= TALLEST) return { scroll: inside, base: 0 };
  const scroll = Math.round((inside / lastTop(extent)) * lastScroll(extent));
  return { scroll, base: Math.round(scroll - inside) };
}

/** The place after the browser has scrolled the element to `scroll`. */
export function scrolledTo(scroll: number, from: Place, extent: Extent): Place {
  if (extent.total <= TALLEST) return { scroll, base: 0 };
  // The ends are the ends, whatever has drifted.
  if (scroll <= 0) return { scroll, base: Math.round(scroll) };
  if (scroll >= lastScroll(extent)) return { scroll, base: Math.round(scroll - lastTop(extent)) };
  if (Math.abs(scroll - from.scroll) <= LEAP * extent.window) {
    const top = scroll - from.base;
    if (top >= 0 && top <= lastTop(extent)) return { scroll, base: from.base };
  }
  return { scroll, base: Math.round(scroll - (scroll / lastScroll(extent)) * lastTop(extent)) };
}
