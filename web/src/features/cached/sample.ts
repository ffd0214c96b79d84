/** A row for tests. */
import type { CachedFile } from "@/api/schema";

export function fileNamed(name: string, change: Partial<CachedFile> = {}): CachedFile {
  return {
    id: name,
    file_path: `/media/films/${name}`,
    filename: name,
    original_path: `/media/films/${name}`,
    cached_path: `/fast/Films/${name}`,
    cache_method: "atomic_copy",
    file_size_bytes: 1_000,
    file_size_readable: "1000 B",
    cached_at: "2026-01-02T03:04:05Z",
    last_accessed: null,
    access_count: 0,
    triggered_by_user: "user1",
    triggered_by_operation: "watchlist",
    status: "active",
    users: ["user1"],
    metadata: {},
    library: "Films",
    pinned: false,
    priority: null,
    playing: false,
    ...change,
  };
}
