/**
 * What events mean for the list on the screen: a row changes in place; what would push away what is being read
 * waits until it is asked for.
 */
import { useEffect, useRef, useState } from "react";
import { client } from "@/api/client";
import type { CachedFile, Job } from "@/api/schema";
import type { LiveEvent } from "@/live/connection";
import { useLiveEvent, useResync } from "@/live/live";
import { matches } from "./filter";
import type { Files } from "./useFiles";

/** At the top new rows come in by themselves, at most so often. */
const CALM = 1_000;
/** A row is read again so long after the last event about it. */
const SETTLE = 300;

export interface News {
  /** Files that came since the list was read and that match. */
  fresh: number;
  show(): void;
}

export function useLiveFiles({ pages, filter, key }: Files, atTop: boolean): News {
  const fresh = useRef(new Set<string>());
  const [count, setCount] = useState(0);
  const rereading = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  const refreshing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const top = useRef(atTop);
  top.current = atTop;

  // Another question has news of its own.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the question
  useEffect(() => {
    fresh.current.clear();
    setCount(0);
    const timers = rereading.current;
    return () => {
      clearTimeout(refreshing.current);
      refreshing.current = undefined;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    };
  }, [key]);

  const show = () => {
    fresh.current.clear();
    setCount(0);
    pages.refresh(false);
  };

  const rowsMoved = () => {
    pages.moved();
    setCount(fresh.current.size);
    if (!top.current) return;
    refreshing.current ??= setTimeout(() => {
      refreshing.current = undefined;
      // Whoever scrolled away meanwhile is reading.
      if (top.current) show();
    }, CALM);
  };

  // Who is already there has seen everything that came.
  useEffect(() => {
    if (!atTop || fresh.current.size === 0) return;
    fresh.current.clear();
    setCount(0);
    pages.refresh(false);
  }, [atTop, pages]);

  const reread = (id: string) => {
    clearTimeout(rereading.current.get(id));
    rereading.current.set(
      id,
      setTimeout(async () => {
        rereading.current.delete(id);
        if (pages.indexOf(id) === undefined) return;
        const row = await readRow(id);
        if (row) pages.patch(id, () => row);
      }, SETTLE),
    );
  };

  const added = (file: CachedFile) => {
    if (pages.indexOf(file.id) !== undefined) pages.patch(file.id, () => file);
    else if (matches(filter, file)) fresh.current.add(file.id);
    rowsMoved();
  };

  const ended = (job: Job) => {
    if (job.kind === "batch" || job.kind === "cleanup" || job.kind === "plan") pages.refresh(true);
    else if (job.file_id && pages.indexOf(job.file_id) !== undefined) reread(job.file_id);
  };

  const played = (path: string, now: boolean) => {
    const row = pages.withPath(path);
    if (!row) return;
    if (now) pages.patch(row.id, (file) => ({ ...file, playing: true }));
    // Another may play it still, and it was opened once more.
    reread(row.id);
  };

  useLiveEvent((event: LiveEvent) => {
    switch (event.type) {
      case "cache_file_added":
        added(event.data.file_info);
        break;
      case "cache_file_removed":
        fresh.current.delete(event.data.file_id);
        pages.patch(event.data.file_id, (file) => ({ ...file, status: "removed", playing: false }));
        rowsMoved();
        break;
      case "session_started":
      case "session_ended":
        played(event.data.file_path, event.type === "session_started");
        break;
      case "job_finished":
        ended(event.data);
        break;
      default:
        break;
    }
  });
  useResync(() => pages.refresh(true));

  return { fresh: count, show };
}

async function readRow(id: string): Promise<CachedFile | undefined> {
  try {
    const { data } = await client.GET("/api/cached/files/{file_id}", { params: { path: { file_id: id } } });
    if (!data) return undefined;
    const { attributions, why, history, hash, verified_at, ...row } = data.data;
    return row;
  } catch {
    // It stays as it was read; the next read of its page says what it is.
    return undefined;
  }
}
