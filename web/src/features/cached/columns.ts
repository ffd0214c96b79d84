/** The columns there are: TanStack Table keeps which are shown, in which order and how wide. */
import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures,
} from "@tanstack/react-table";
import type { CachedFile, FileSort } from "@/api/schema";

export const features = tableFeatures({
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
});

export const COLUMN_IDS = [
  "filename",
  "why",
  "who",
  "size",
  "cachedAt",
  "lastOpened",
  "opens",
  "score",
  "library",
  "status",
] as const;

export type ColumnId = (typeof COLUMN_IDS)[number];

interface Facts {
  /** What the list can be sorted by; absent where the API has no such order. */
  sort?: FileSort;
  numeric?: boolean;
  size: number;
  min: number;
}

export const FACTS: Record<ColumnId, Facts> = {
  filename: { sort: "filename", size: 290, min: 160 },
  why: { size: 140, min: 90 },
  who: { size: 92, min: 80 },
  size: { sort: "file_size_bytes", numeric: true, size: 80, min: 76 },
  cachedAt: { sort: "cached_at", size: 100, min: 90 },
  lastOpened: { sort: "last_accessed", size: 106, min: 90 },
  opens: { sort: "access_count", numeric: true, size: 66, min: 64 },
  score: { sort: "priority", numeric: true, size: 66, min: 64 },
  library: { size: 110, min: 80 },
  status: { size: 122, min: 110 },
};

const helper = createColumnHelper<typeof features, CachedFile>();

export const columns = helper.columns(
  COLUMN_IDS.map((id) =>
    helper.display({ id, size: FACTS[id].size, minSize: FACTS[id].min, enableHiding: id !== "filename" }),
  ),
);

/** Not shown until somebody asks for it. */
export const HIDDEN_AT_FIRST: Partial<Record<ColumnId, boolean>> = { library: false };

export function isColumn(id: string): id is ColumnId {
  return (COLUMN_IDS as readonly string[]).includes(id);
}
