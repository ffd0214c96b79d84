import { describe, expect, it } from "vitest";
import { cachedSearch } from "./search";

describe("the address", () => {
  it("remembers everything that is looked for", () => {
    const whole = {
      q: "dune",
      status: "orphaned",
      user: "user1",
      why: "ondeck",
      library: "Films",
      min: 0,
      max: 5_000_000_000,
      since: "2026-03-01",
      sort: "file_size_bytes",
      order: "asc",
      file: "01a2067c-21b3-74c2-8266-f0367d4c513d",
    };
    expect(cachedSearch(whole)).toEqual(whole);
  });

  it("takes numbers for words and words for numbers where that is meant", () => {
    expect(cachedSearch({ q: 2001, min: "1024" })).toEqual({ q: "2001", min: 1024 });
  });

  it("passes over whatever makes no sense", () => {
    expect(
      cachedSearch({
        q: ["x"],
        status: "gone",
        user: { toString: "x" },
        why: "",
        library: null,
        min: -1,
        max: 1e99,
        since: "yesterday",
        sort: "id; drop table",
        order: true,
        file: "../../etc/passwd",
        __proto__: { q: "x" },
        other: 1,
      }),
    ).toEqual({});
    expect(cachedSearch({ since: "2026-13-45", min: Number.NaN, max: "12e3", q: "   " })).toEqual({});
  });

  it("cuts what is longer than anybody types", () => {
    expect(cachedSearch({ q: "x".repeat(100_000) }).q).toHaveLength(500);
  });
});
