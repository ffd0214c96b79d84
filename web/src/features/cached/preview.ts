/** What an act would do, before it is done: which files, how much space, what is being watched. */
import { useEffect, useState } from "react";
import { client } from "@/api/client";
import { asked, isEmpty } from "./filter";
import { type Chosen, MOST_IDS, type Selection, sizeOf } from "./selection";
import { playingOf, readPlaying, readWhole } from "./whole";

export interface Preview {
  count: number;
  /** Bytes; null where there are too many files to add up. */
  size: number | null;
  /** Each of them, where they are few enough to be named. */
  files: readonly Chosen[] | null;
  playing: readonly Chosen[];
  /** How many are pinned; null where that is not known. */
  pinned: number | null;
}

export type Previewed =
  | { kind: "reading"; read: number }
  | { kind: "ready"; preview: Preview }
  | { kind: "failed"; error: unknown };

export function previewOf(files: readonly Chosen[], playingPaths: ReadonlySet<string>): Preview {
  return {
    count: files.length,
    size: sizeOf(files),
    files,
    playing: files.filter((file) => playingPaths.has(file.file_path)),
    pinned: files.filter((file) => file.pinned).length,
  };
}

/** The same without these. */
export function without(preview: Preview, left: readonly Chosen[]): Preview {
  if (preview.files === null) return preview;
  const out = new Set(left.map((file) => file.id));
  const files = preview.files.filter((file) => !out.has(file.id));
  return {
    count: files.length,
    size: sizeOf(files),
    files,
    playing: preview.playing.filter((file) => !out.has(file.id)),
    pinned: files.filter((file) => file.pinned).length,
  };
}

async function look(
  selection: Selection,
  signal: AbortSignal,
  told: (read: number) => void,
): Promise<Preview> {
  if (selection.kind === "rows") return previewOf([...selection.rows.values()], await readPlaying(signal));
  const { filter, except } = selection;
  const { data } = await client.GET("/api/cached/files", {
    params: { query: { ...asked(filter), limit: 1 } },
    signal,
  });
  const count = data?.data.pagination.total_count ?? 0;
  if (count - except.size <= MOST_IDS) {
    const files = await readWhole(filter, count, signal, told);
    return previewOf(
      files.filter((file) => !except.has(file.id)),
      await readPlaying(signal),
    );
  }
  const playing = (await playingOf(filter, signal)).filter((file) => !except.has(file.id));
  const size = isEmpty(filter) && except.size === 0 ? await wholeSize(signal) : null;
  return { count: count - except.size, size, files: null, playing, pinned: null };
}

async function wholeSize(signal: AbortSignal): Promise<number | null> {
  const { data } = await client.GET("/api/cached/statistics", { signal });
  return data?.data.total_size_bytes ?? null;
}

export function usePreview(selection: Selection): Previewed {
  const [state, setState] = useState<Previewed>({ kind: "reading", read: 0 });
  useEffect(() => {
    const abort = new AbortController();
    const set = (next: Previewed) => {
      if (!abort.signal.aborted) setState(next);
    };
    set({ kind: "reading", read: 0 });
    look(selection, abort.signal, (read) => set({ kind: "reading", read })).then(
      (preview) => set({ kind: "ready", preview }),
      (error: unknown) => set({ kind: "failed", error }),
    );
    return () => abort.abort();
  }, [selection]);
  return state;
}
