/** What is done with files from this page: which dialog is open, what was begun. */
import { useState } from "react";
import type { BatchAction, FileDetail } from "@/api/schema";
import { reportProblem } from "@/components/report";
import { beginWithFilter, beginWithIds } from "./acts";
import type { Pages } from "./pages";
import type { Removal } from "./RemoveDialog";
import { reportRemoved } from "./reportRemoved";
import { type Chosen, countOf, has, NOTHING, type Selection, withFiles } from "./selection";
import { useBatches } from "./useBatches";
import { readWhole } from "./whole";

export type Dialog =
  | { kind: "remove"; selection: Selection }
  | { kind: "export" }
  | { kind: "cleanup" }
  | null;

export function useActs(pages: Pages, onDone: () => void) {
  const [dialog, open] = useState<Dialog>(null);
  const batches = useBatches();

  /** Shown at once: the way back is one click away. Put right if the server says no. */
  const showPinned = (selection: Selection, pinned: boolean) => {
    const held = [...pages.held()].filter((file) => has(selection, file.id) && file.pinned !== pinned);
    for (const { id } of held) pages.patch(id, (file) => ({ ...file, pinned }));
    return () => {
      for (const { id } of held) pages.patch(id, (file) => ({ ...file, pinned: !pinned }));
    };
  };

  const pin = async (selection: Selection, action: Exclude<BatchAction, "remove">) => {
    const putRight = showPinned(selection, action === "pin");
    try {
      batches.begin(await begin(selection, action, pages.total ?? 0), action, null);
      onDone();
    } catch (error) {
      putRight();
      reportProblem(error);
    }
  };

  return {
    dialog,
    open,
    batches,
    pin,
    pinOne: (file: FileDetail) => pin(only(file), file.pinned ? "unpin" : "pin"),
    removeOne: (file: Chosen) => open({ kind: "remove", selection: only(file) }),
    removed({ one, jobId, paths }: Removal) {
      open(null);
      onDone();
      if (one) {
        pages.patch(one.file.id, (file) => ({ ...file, status: one.came.status }));
        reportRemoved(one.file, one.came);
      } else if (jobId) batches.begin(jobId, "remove", paths);
    },
  };
}

export type Acts = ReturnType<typeof useActs>;

export function only(file: Chosen): Selection {
  return withFiles(NOTHING, [file], true);
}

async function begin(selection: Selection, action: BatchAction, total: number): Promise<string> {
  if (selection.kind === "rows") return beginWithIds(action, [...selection.rows.keys()]);
  if (selection.except.size === 0) return beginWithFilter(action, selection.filter);
  // A question with exceptions is not one of the API: few enough to be named, they are.
  const most = countOf(selection, total) + selection.except.size;
  const files = await readWhole(selection.filter, most, new AbortController().signal, () => {});
  return beginWithIds(
    action,
    files.filter((file) => has(selection, file.id)).map(({ id }) => id),
  );
}
