import { expect, it } from "vitest";
import { jobReason } from "./JobLine";

const job = { kind: "cache", path: "/media/Show/Season 01/e2.mkv", triggered_by: "system" } as const;
const session = (file_path: string) => ({ file_path, user_id: "user1", title: "Show – One" });

it("says who watches the very file before anything else", () => {
  expect(jobReason({ ...job, triggered_by: "admin" }, [session(job.path)])).toBe("user1 is watching it");
});

it("says who asked for it by hand", () => {
  expect(jobReason({ ...job, triggered_by: "admin" }, [])).toBe("asked for by admin");
});

it("knows what follows from what is played beside it", () => {
  expect(jobReason(job, [session("/media/Show/Season 01/e1.mkv")])).toBe("user1 is watching Show – One");
  expect(jobReason(job, [session("/media/Other/e1.mkv")])).toBe("somebody wants it next");
});
