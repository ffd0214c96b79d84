// What openapi/README.md shows, as it stands there.
import { setTimeout as sleep } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { paths } from "./generated/schema.js";

const { url: baseUrl = "http://127.0.0.1:5445", key = "" } = process.env;
const cacherr = createClient<paths>({ baseUrl, headers: { "X-Api-Key": key } });

// List: what is cached, the largest first.
const query = { status: "active", sort: "file_size_bytes", limit: 10 } as const;
const { data: page, error: refusal } = await cacherr.GET("/api/cached/files", { params: { query } });
if (!page) throw new Error(refusal.error);
for (const { file_path, file_size_readable, users } of page.data.files) console.log(file_path, file_size_readable, users);

// Add a file, and wait for its job.
const body = { file_path: process.argv[2] ?? "", operation: "manual", user_id: null, mode: null } as const;
const { data: added, error } = await cacherr.POST("/api/cached/files", { body });
if (error?.code === "already_tracked") console.log("it is cached already");
else if (error) throw new Error(`${error.code}: ${error.error}`);
const job_id = added?.data.job_id;
while (job_id) {
  const { data } = await cacherr.GET("/api/jobs/{job_id}", { params: { path: { job_id } } });
  if (data?.data.finished_at) {
    console.log(data.data.state, data.data.error?.code ?? "");
    break;
  }
  await sleep(500);
}

// Give it back: the original takes its place again.
const file_id = added?.data.file_id;
if (file_id) {
  const { data } = await cacherr.DELETE("/api/cached/files/{file_id}", { params: { path: { file_id } } });
  console.log(data?.message);
}
