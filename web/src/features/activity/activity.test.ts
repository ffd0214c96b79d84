import { describe, expect, it } from "vitest";
import type { LogEntry } from "@/api/schema";
import { newerThan } from "./newer";
import { endOfDay, startOfDay } from "./range";
import { activitySearch } from "./search";

describe("activitySearch", () => {
  it("keeps what it knows", () => {
    const search = {
      view: "history",
      type: "cache",
      user: "user1",
      success: false,
      path: "/media/a.mkv",
      since: "2026-01-10",
    };
    expect(activitySearch(search)).toEqual(search);
  });

  it("leaves out what cannot be", () => {
    expect(
      activitySearch({
        view: "elsewhere",
        end: "queued",
        page: 1,
        type: "wish",
        user: "  ",
        success: "maybe",
        since: "2026-13-45",
        until: "tomorrow",
        foreign: 1,
      }),
    ).toEqual({});
  });
});

describe("days", () => {
  it("begin and end where the reader lives", () => {
    expect(new Date(startOfDay("2026-01-10")).getHours()).toBe(0);
    const end = new Date(endOfDay("2026-01-31"));
    expect([end.getDate(), end.getHours(), end.getMinutes(), end.getMilliseconds()]).toEqual([
      31, 23, 59, 999,
    ]);
  });

  it("follow each other without a gap", () => {
    expect(new Date(startOfDay("2026-03-30")).getTime() - new Date(endOfDay("2026-03-29")).getTime()).toBe(1);
  });
});

describe("newerThan", () => {
  const entry = (id: string) => ({ id }) as LogEntry;
  it("takes what stands above what is known", () => {
    expect(
      newerThan(entry("b"), [entry("d"), entry("c"), entry("b"), entry("a")])?.map((one) => one.id),
    ).toEqual(["d", "c"]);
  });

  it("says when there is a gap between", () => {
    expect(newerThan(entry("a"), [entry("d"), entry("c")])).toBeNull();
  });

  it("takes all where nothing was known", () => {
    expect(newerThan(undefined, [entry("a")])).toHaveLength(1);
  });
});
