/**
 * The list that the address asks for. While a new question is on its way the old answer stays on the screen, so
 * that typing does not flicker; a question that is not asked any more is cancelled.
 */
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { client } from "@/api/client";
import { asked, type Filter, keyOf, type Sorting } from "./filter";
import { Pages } from "./pages";

/** Rows that are read first, before the window is measured. */
const FIRST_WINDOW = 40;

export interface Files {
  pages: Pages;
  filter: Filter;
  /** What was asked; another question has another key. */
  key: string;
  /** Whether another question is on its way. */
  changing: boolean;
}

function filesOf(filter: Filter, { sort, order }: Sorting): Pages {
  return new Pages(async (offset, limit, signal) => {
    const query = { ...asked(filter), sort, order, offset, limit };
    const { data } = await client.GET("/api/cached/files", { params: { query }, signal });
    if (!data) throw new Error("an answer without a body");
    return { files: data.data.files, total: data.data.pagination.total_count };
  });
}

export function useFiles(filter: Filter, sorting: Sorting): Files {
  const key = `${keyOf(filter)} ${sorting.sort} ${sorting.order}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says it all
  const newest = useMemo(() => ({ pages: filesOf(filter, sorting), filter, key }), [key]);
  const [shown, setShown] = useState(newest);

  useEffect(() => {
    const { pages } = newest;
    const answered = () => {
      if (pages.total !== null || pages.error !== null) setShown(newest);
    };
    const stop = pages.subscribe(answered);
    pages.want(0, FIRST_WINDOW);
    return () => {
      stop();
      pages.close();
    };
  }, [newest]);

  useSyncExternalStore(shown.pages.subscribe, () => shown.pages.version);
  return { ...shown, changing: shown !== newest };
}
