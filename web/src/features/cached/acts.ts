/** What this page asks the server to do. */
import { client } from "@/api/client";
import type { BatchAction, FileRemoved } from "@/api/schema";
import { asked, type Filter, isEmpty } from "./filter";

async function accepted(
  request: Promise<{ data?: { data: { job_id: string } } | undefined }>,
): Promise<string> {
  const { data } = await request;
  if (!data) throw new Error("an answer without a body");
  return data.data.job_id;
}

/** Begins a batch; its job. */
export function beginWithIds(action: BatchAction, ids: readonly string[]): Promise<string> {
  return accepted(client.POST("/api/cached/files/batch", { body: { action, ids: [...ids], all: false } }));
}

export function beginWithFilter(action: BatchAction, filter: Filter): Promise<string> {
  const all = isEmpty(filter);
  return accepted(client.POST("/api/cached/files/batch", { body: { action, filter: asked(filter), all } }));
}

export async function removeOne(id: string): Promise<FileRemoved> {
  const { data } = await client.DELETE("/api/cached/files/{file_id}", { params: { path: { file_id: id } } });
  if (!data) throw new Error("an answer without a body");
  return data.data;
}

/** Asks for each of them, one after the other; how many were not taken. */
export async function cacheAgain(paths: readonly string[]): Promise<{ asked: number; failed: unknown[] }> {
  const failed: unknown[] = [];
  for (const file_path of paths) {
    try {
      await client.POST("/api/cached/files", { body: { file_path, operation: "manual" } });
    } catch (error) {
      failed.push(error);
    }
  }
  return { asked: paths.length - failed.length, failed };
}
