import { describe, expect, it } from "vitest";
import { isSame, readViews, renamed, saved, viewOf } from "./views";

const one = { name: "one", search: { q: "dune" } };
const two = { name: "two", search: { status: "orphaned" as const } };

describe("views", () => {
  it("keep what is looked for, not what is open", () => {
    expect(viewOf({ q: "x", file: "id" })).toEqual({ q: "x" });
    expect(isSame({ q: "x", sort: "filename" }, { sort: "filename", q: "x", file: "id" })).toBe(true);
    expect(isSame({ q: "x" }, {})).toBe(false);
  });

  it("replace one of the same name", () => {
    expect(saved([one, two], { name: "one", search: {} })).toEqual([two, { name: "one", search: {} }]);
  });

  it("are renamed in their place, over one of that name", () => {
    expect(renamed([one, two], "one", "three").map(({ name }) => name)).toEqual(["three", "two"]);
    expect(renamed([one, two], "one", "two")).toEqual([{ name: "two", search: one.search }]);
    expect(renamed([one, two], "one", "one")).toEqual([one, two]);
  });

  it("survive whatever a browser kept", () => {
    expect(readViews("not json")).toEqual([]);
    expect(readViews('{"name":"x"}')).toEqual([]);
    expect(readViews(undefined)).toEqual([]);
    expect(
      readViews(
        '[null, 3, {"name":"","search":{}}, {"name":"a","search":{"status":"gone","q":"x","file":"y"}}]',
      ),
    ).toEqual([{ name: "a", search: { q: "x" } }]);
  });
});
