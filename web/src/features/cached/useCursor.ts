/**
 * The file the keyboard is at: it keeps to the file when rows come and go above it, and to the place when the file
 * is gone.
 */
import { useRef, useState } from "react";
import type { Pages } from "./pages";

export interface Cursor {
  index: number;
  moveTo(index: number): void;
}

export function useCursor(pages: Pages): Cursor {
  const [at, setAt] = useState(0);
  const id = useRef<string | null>(null);
  const known = useRef({ pages, at });
  if (known.current.pages !== pages) {
    // Another question: its first file.
    known.current = { pages, at: 0 };
    id.current = null;
  }
  const found = id.current === null ? undefined : pages.indexOf(id.current);
  const last = Math.max(0, (pages.total ?? 0) - 1);
  const index = Math.min(found ?? known.current.at, last);
  known.current.at = index;
  // Moved to before it was read.
  id.current ??= at === index ? (pages.at(index)?.id ?? null) : null;

  return {
    index,
    moveTo(next) {
      const inside = Math.max(0, Math.min(next, last));
      id.current = pages.at(inside)?.id ?? null;
      known.current.at = inside;
      setAt(inside);
    },
  };
}
