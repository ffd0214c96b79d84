/** How many files match, exactly, and their size where it is known; kept up to date, once a second at most. */
import { Text, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { $api } from "@/api/client";
import { readAgainSoon } from "@/live/effects";
import { useLiveEvent } from "@/live/live";
import { t } from "@/strings";
import { asked, isEmpty } from "./filter";
import { sizeOf } from "./selection";
import type { Files } from "./useFiles";

export interface Counted {
  total: number | null;
  size: number | null;
}

export function useCounted({ pages, filter }: Files): Counted {
  const queries = useQueryClient();
  const whole = isEmpty(filter);
  const statistics = $api.useQuery("get", "/api/cached/statistics", {}, { enabled: whole });
  const counted = $api.useQuery(
    "get",
    "/api/cached/files",
    { params: { query: { ...asked(filter), limit: 1 } } },
    { enabled: !whole && pages.total !== null },
  );
  useLiveEvent((event) => {
    const moves = event.type === "cache_file_added" || event.type === "cache_file_removed";
    if (moves && !whole) readAgainSoon(queries, "/api/cached/files");
  });
  if (whole) {
    const now = statistics.data?.data;
    return { total: now?.total_files ?? pages.total, size: now?.total_size_bytes ?? null };
  }
  const total = counted.data?.data.pagination.total_count ?? pages.total;
  // Few enough to have all of them here.
  const known = total !== null && total === pages.total && pages.size === total;
  return { total, size: known ? sizeOf(pages.held()) : null };
}

export function Counts({ counted }: { counted: Counted }) {
  if (counted.total === null) return null;
  return (
    <Text component="span" size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }} data-counts>
      {t.cached.total(counted.total, counted.size)}
    </Text>
  );
}

/** Says once, after each search, how many files it found; not whenever the number moves. */
export function FoundAnnouncement({ files }: { files: Files }) {
  const [said, setSaid] = useState({ key: files.key, words: "" });
  const { total } = files.pages;
  useEffect(() => {
    if (total === null || said.key === files.key) return;
    setSaid({ key: files.key, words: t.cached.found(total) });
  }, [total, files.key, said.key]);
  return <VisuallyHidden role="status">{said.words}</VisuallyHidden>;
}
