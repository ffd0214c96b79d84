/** Small files to begin with: a few folders are looked into, never a whole library. */
import { client } from "@/api/client";

export interface Candidate {
  path: string;
  name: string;
  size: number;
}

/** Folders that are looked into at most. */
const FOLDERS = 16;
const SHOWN = 5;
const VIDEO = /\.(mkv|mp4|m4v|avi|mov|ts|m2ts|webm|mpg|mpeg|wmv)$/i;

/** The smallest few of those; what is no film is nothing to see a film by. Pure. */
export function smallest(found: readonly Candidate[]): Candidate[] {
  return found
    .filter((file) => VIDEO.test(file.name) && file.size > 0)
    .sort((a, b) => a.size - b.size)
    .slice(0, SHOWN);
}

export async function smallFiles(): Promise<Candidate[]> {
  const { data } = await client.GET("/api/library");
  const roots = (data?.data.roots ?? []).filter((root) => root.available);
  const waiting = roots.map((root) => ({ root: root.name, path: "" }));
  const found: Candidate[] = [];
  for (let seen = 0; seen < FOLDERS; seen += 1) {
    const folder = waiting.shift();
    if (!folder) break;
    const page = await client.GET("/api/library", { params: { query: { ...folder, limit: 50 } } });
    for (const entry of page.data?.data.entries ?? []) {
      if (entry.kind === "folder") waiting.push({ root: folder.root, path: entry.relative });
      else if (entry.cacheable && entry.size !== null) {
        found.push({ path: entry.path, name: entry.name, size: entry.size });
      }
    }
  }
  return smallest(found);
}
