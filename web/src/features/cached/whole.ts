/** Everything that matches, read to its end: for what has to be named before it is done. */
import { client } from "@/api/client";
import type { CachedFile, FilePage } from "@/api/schema";
import { asked, type Filter, matches } from "./filter";

type Query = ReturnType<typeof asked> & { limit: number; cursor?: string };

const AT_ONCE = 500;

/** At most `most` files; `told` hears how many are read. */
export async function readWhole(
  filter: Filter,
  most: number,
  signal: AbortSignal,
  told: (read: number) => void,
): Promise<CachedFile[]> {
  const files: CachedFile[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(AT_ONCE, most - files.length);
    const query: Query = { ...asked(filter), limit, ...(cursor === null ? {} : { cursor }) };
    const page: FilePage | undefined = (await client.GET("/api/cached/files", { params: { query }, signal }))
      .data?.data;
    if (!page) break;
    files.push(...page.files);
    cursor = page.pagination.next_cursor;
    told(files.length);
  } while (cursor !== null && files.length < most);
  return files;
}

/** Library paths that somebody plays now. */
export async function readPlaying(signal: AbortSignal): Promise<Set<string>> {
  const { data } = await client.GET("/api/sessions", { signal });
  return new Set(data?.data.sessions.map((session) => session.file_path));
}

/** What somebody plays now, of what matches: for questions with too many answers to read. */
export async function playingOf(filter: Filter, signal: AbortSignal): Promise<CachedFile[]> {
  const paths = [...(await readPlaying(signal))];
  const found = await Promise.all(
    paths.map(async (path) => {
      const { data } = await client.GET("/api/cached/files", {
        params: { query: { search: path, limit: 20 } },
        signal,
      });
      return data?.data.files.find((file) => file.file_path === path);
    }),
  );
  return found.filter((file) => file !== undefined).filter((file) => matches(filter, file));
}
