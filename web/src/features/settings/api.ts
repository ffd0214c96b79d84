/** Reading and writing the settings. */
import { client } from "@/api/client";
import type { Problem } from "@/api/problem";
import type { Change, Complaint, Saved, Settings } from "./model";

export const SETTINGS = ["get", "/api/settings"] as const;

export async function readSettings(): Promise<Settings> {
  const { data } = await client.GET("/api/settings");
  return whole(data).data;
}

/** Whether it could be saved; throws what is wrong. */
export async function trySettings(version: string, changes: Change[]): Promise<Saved> {
  const { data } = await client.PATCH("/api/settings", {
    body: { version, changes, dry_run: true, apply: false },
  });
  return whole(data).data;
}

/** Writes the file, and has Cacherr start anew with it. */
export async function saveSettings(version: string, changes: Change[]): Promise<Saved> {
  const { data } = await client.PATCH("/api/settings", {
    body: { version, changes, dry_run: false, apply: true },
  });
  return whole(data).data;
}

/** The client throws every refusal; what it returns has a body. */
function whole<Body>(body: Body | undefined): Body {
  if (body === undefined) throw new Error("a success without a body");
  return body;
}

/** What is wrong, each at its setting; a refusal that names none is one about all. */
export function complaintsOf(problem: Problem): Complaint[] {
  const { body } = problem;
  const details =
    typeof body === "object" && body !== null && "details" in body && Array.isArray(body.details)
      ? body.details.filter(isComplaint)
      : [];
  return details.length > 0 ? details : [{ key: null, message: problem.message }];
}

function isComplaint(value: unknown): value is Complaint {
  return (
    typeof value === "object" &&
    value !== null &&
    "message" in value &&
    typeof value.message === "string" &&
    "key" in value &&
    (value.key === null || typeof value.key === "string")
  );
}
