import { describe, expect, it } from "vitest";
import { asked, beyondExport, filterOf, isEmpty, keyOf, matches, sortingOf } from "./filter";
import { fileNamed } from "./sample";

const file = fileNamed("Winter Harbour (2019).mkv", { file_size_bytes: 5_000, users: ["user1", "user2"] });

describe("a filter", () => {
  it("is the part of the address that says which files are meant", () => {
    const filter = filterOf({ q: " dune ", sort: "filename", file: "x", max: 0 });
    expect(filter).toEqual({ q: "dune", max: 0 });
    expect(asked(filter)).toEqual({ search: "dune", size_max: 0 });
    expect(isEmpty(filter)).toBe(false);
    expect(isEmpty(filterOf({ sort: "filename" }))).toBe(true);
  });

  it("has one key however it was put together", () => {
    expect(keyOf({ user: "a", q: "b" })).toBe(keyOf({ q: "b", user: "a" }));
    expect(keyOf({ user: "a" })).not.toBe(keyOf({ q: "a" }));
  });

  it("lets everything through but what has gone back, when nothing is asked", () => {
    expect(matches({}, file)).toBe(true);
    expect(matches({}, { ...file, status: "removed" })).toBe(false);
    expect(matches({ status: "removed" }, { ...file, status: "removed" })).toBe(true);
  });

  it("asks for each of its parts, bounds included", () => {
    expect(matches({ q: "HARBOUR" }, file)).toBe(true);
    expect(matches({ q: "/media/films" }, file)).toBe(true);
    expect(matches({ q: "%" }, file)).toBe(false);
    expect(matches({ user: "user2" }, file)).toBe(true);
    expect(matches({ user: "user3" }, file)).toBe(false);
    expect(matches({ why: "manual" }, file)).toBe(false);
    expect(matches({ library: "Series" }, file)).toBe(false);
    expect(matches({ min: 5_000, max: 5_000 }, file)).toBe(true);
    expect(matches({ max: 0 }, file)).toBe(false);
    expect(matches({ since: "2026-01-02" }, file)).toBe(true);
    expect(matches({ since: "2026-01-03" }, file)).toBe(false);
  });

  it("begins names at A and everything else at the greatest", () => {
    expect(sortingOf({})).toEqual({ sort: "cached_at", order: "desc" });
    expect(sortingOf({ sort: "filename" })).toEqual({ sort: "filename", order: "asc" });
    expect(sortingOf({ sort: "filename", order: "desc" }).order).toBe("desc");
  });

  it("knows what an export cannot ask", () => {
    expect(beyondExport({ user: "user1", status: "active" })).toEqual([]);
    expect(beyondExport({ q: "x", user: "user1", since: "2026-01-01" })).toEqual(["q", "since"]);
  });
});
