/** What is selected. Another question selects nothing: nobody should act on what they do not see any more. */
import { useRef, useState } from "react";
import type { CachedFile } from "@/api/schema";
import { reportProblem } from "@/components/report";
import { type Filter, keyOf } from "./filter";
import type { Pages } from "./pages";
import { all, countOf, has, MOST_IDS, NOTHING, type Selection, toggled, withFiles } from "./selection";

export interface Selecting {
  selection: Selection;
  /** Whether fewer were selected than was asked for, because the server takes no more at once. */
  cut: boolean;
  toggle(file: CachedFile): void;
  /** From one row to another, both included. */
  range(from: number, to: number): void;
  every(): void;
  clear(): void;
}

export function useSelection(pages: Pages, filter: Filter): Selecting {
  const question = keyOf(filter);
  const [kept, keep] = useState({ question, selection: NOTHING, cut: false });
  const reading = useRef<AbortController | null>(null);
  const now = kept.question === question ? kept : { question, selection: NOTHING, cut: false };
  const set = (selection: Selection, cut = false) => keep({ question, selection, cut });

  return {
    selection: now.selection,
    cut: now.cut,
    toggle: (file) => set(toggled(now.selection, file)),
    range(from, to) {
      const [first, last] = from < to ? [from, to] : [to, from];
      const start = pages.at(from);
      const end = pages.at(to);
      // Going back over what was just selected gives it back.
      if (last - first === 1 && start && end && has(now.selection, start.id) && has(now.selection, end.id)) {
        set(withFiles(now.selection, [start], false));
        return;
      }
      const most = Math.min(last, first + MOST_IDS - 1);
      reading.current?.abort();
      const abort = new AbortController();
      reading.current = abort;
      pages.stretch(first, most, abort.signal).then(
        (files) => {
          if (abort.signal.aborted) return;
          keep((old) => {
            const base = old.question === question ? old.selection : NOTHING;
            return { question, selection: withFiles(base, files, true), cut: most < last };
          });
        },
        (error: unknown) => {
          if (!abort.signal.aborted) reportProblem(error);
        },
      );
    },
    every: () =>
      set(
        countOf(now.selection, pages.total ?? 0) > 0 && now.selection.kind === "all" ? NOTHING : all(filter),
      ),
    clear: () => set(NOTHING),
  };
}
