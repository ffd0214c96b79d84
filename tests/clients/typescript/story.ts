// The story of tests/clients/README.md, told by a client that openapi-typescript made.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/schema.js";

type Schemas = components["schemas"];
type Code = Schemas["ErrorCode"];

function given(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
}

const library = given("CACHERR_LIBRARY");
const baseUrl = given("CACHERR_URL");
const client = createClient<paths>({ baseUrl, headers: { "X-Api-Key": given("CACHERR_API_KEY") } });

const MIB = 1024 * 1024;
const FILMS = [
  { name: "100% Wolf & Co #1.mkv", size: 3 * MIB, user: "ann" },
  { name: "Amélie (2001)/Amélie.mkv", size: 1 * MIB, user: "ann" },
  { name: "Dune.mkv", size: 2 * MIB, user: "bob" },
];

type Told<T> = { data?: { data: T } | undefined; error?: Schemas["Problem"] | undefined; response: Response };

function told<T>({ data, error }: Told<T>): T {
  assert(data, `${error?.code}: ${error?.error}`);
  return data.data;
}

function refused({ error, response }: Told<unknown>, status: number, code: Code): void {
  assert(error, `${code} was expected`);
  assert.deepEqual([response.status, error.code, error.success], [status, code, false]);
}

async function until<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 60_000; ; await sleep(50)) {
    const value = await read();
    if (done(value)) return value;
    assert(Date.now() < deadline, `still ${JSON.stringify(value)}`);
  }
}

type Query = NonNullable<paths["/api/cached/files"]["get"]["parameters"]["query"]>;
const page = async (query: Query = {}) => told(await client.GET("/api/cached/files", { params: { query } }));
const names = (files: Schemas["CachedFile"][]) => files.map((file) => file.file_path.slice(library.length + 1));

const readJob = (job_id: string) => async () =>
  told(await client.GET("/api/jobs/{job_id}", { params: { path: { job_id } } }));
const readFile = (file_id: string) => async () =>
  told(await client.GET("/api/cached/files/{file_id}", { params: { path: { file_id } } }));
const remove = (file_id: string) =>
  client.DELETE("/api/cached/files/{file_id}", {
    params: { path: { file_id } },
    body: { reason: "the story ends", user_id: "ann" },
  });

// Nothing yet.
told(await client.GET("/readyz"));
assert.equal((await page()).pagination.total_count, 0);

// Added, each by a job.
for (const { name, user } of FILMS) {
  const body = { file_path: `${library}/${name}`, user_id: user, operation: "watchlist", mode: null } as const;
  const { job_id } = told(await client.POST("/api/cached/files", { body }));
  assert(job_id);
  const job = await until(readJob(job_id), ({ finished_at }) => finished_at !== null);
  assert.deepEqual([job.state, job.error], ["done", null]);
}

// In pages.
for (const limit of [1, 2, 3]) {
  const found: string[] = [];
  let cursor: string | null | undefined;
  do {
    const query: Query = { limit, sort: "filename", order: "asc", ...(cursor ? { cursor } : {}) };
    const { files, pagination } = await page(query);
    assert(files.length <= limit);
    assert.equal(pagination.total_count, FILMS.length);
    assert.equal(pagination.has_more, pagination.next_cursor !== null);
    found.push(...names(files));
    cursor = pagination.next_cursor;
  } while (cursor);
  assert.deepEqual(found, FILMS.map(({ name }) => name));
}

// Filtered.
const [newest] = (await page({ limit: 1 })).files;
assert(newest);
const filters: [Query, number][] = [
  [{ user_id: "ann" }, 2],
  [{ user_id: "nobody" }, 0],
  [{ status: "active" }, 3],
  [{ status: "removed" }, 0],
  [{ size_min: 2 * MIB }, 2],
  [{ size_min: 2 * MIB, size_max: 2 * MIB }, 1],
  [{ cached_since: newest.cached_at }, 1],
  [{ cached_since: "2100-01-01T00:00:00Z" }, 0],
  [{ search: "amélie" }, 1],
];
for (const [filter, count] of filters) {
  assert.equal((await page(filter)).files.length, count, JSON.stringify(filter));
}

// One file, and the numbers.
const [film] = (await page({ search: "wolf" })).files;
assert(film);
const detail = await readFile(film.id)();
assert.equal(detail.file_size_bytes, 3 * MIB);
assert.deepEqual(detail.attributions.map(({ user, reason }) => [user, reason]), [["ann", "watchlist"]]);
const statistics = async () => told(await client.GET("/api/cached/statistics"));
const before = await statistics();
assert.deepEqual([before.active_files, before.total_size_bytes, before.users_count], [3, 6 * MIB, 2]);

// Planned: nobody but a person has wished for anything, and what they asked for stays.
const plan = told(await client.GET("/api/plan", { params: { query: { limit: 1 } } }));
assert.deepEqual([plan.cache, plan.give_back, plan.totals.give_back.steps], [[], [], 0]);
assert.deepEqual([plan.keep.files, plan.room.used_bytes, plan.limit], [3, 6 * MIB, 1]);
const cycle = told(await client.POST("/api/plan/run"));
const ended = await until(readJob(cycle.job_id), ({ finished_at }) => finished_at !== null);
assert.deepEqual([ended.kind, ended.state, ended.plan?.given_back_count], ["plan", "done", 0]);
refused(await client.GET("/api/plan", { params: { query: { limit: 0 } } }), 400, "invalid_parameter");

// Removed, once.
const removed = told(await remove(film.id));
assert(removed.status === "removed" || removed.status === "pending_removal");
await until(readFile(film.id), ({ status }) => status === "removed");
refused(await remove(film.id), 409, "already_removed");
assert.deepEqual(names((await page({ status: "removed" })).files), [FILMS[0]?.name]);
assert.equal((await statistics()).active_files, 2);

// Refused, by type.
const unknown = { path: { file_id: "00000000-0000-7000-8000-000000000000" } };
refused(await client.GET("/api/cached/files/{file_id}", { params: unknown }), 404, "not_found");
const query = { limit: 0 };
refused(await client.GET("/api/cached/files", { params: { query } }), 400, "invalid_parameter");
const stranger = createClient<paths>({ baseUrl });
refused(await stranger.GET("/api/cached/statistics"), 401, "unauthorized");
