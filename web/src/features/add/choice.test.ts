import { describe, expect, it } from "vitest";
import { above, type Choosable, sizeOf, titleOf, toggled, toggledAll } from "./choice";
import { addSearch } from "./search";

const file = (path: string, cacheable = true): Choosable => ({ path, size: 10, cacheable });
const [one, two, not] = [file("/a"), file("/b"), file("/c", false)];

describe("choosing", () => {
  it("chooses, and chooses no more", () => {
    const chosen = toggled(new Map(), one);
    expect([...chosen.keys()]).toEqual(["/a"]);
    expect(toggled(chosen, one).size).toBe(0);
  });

  it("chooses of all only those that can be cached", () => {
    const chosen = toggledAll(toggled(new Map(), one), [one, two, not]);
    expect([...chosen.keys()]).toEqual(["/a", "/b"]);
    expect(sizeOf(chosen)).toBe(20);
  });

  it("keeps what was chosen elsewhere when all here are dropped", () => {
    const chosen = new Map([one, two].map((each) => [each.path, each]));
    expect([...toggledAll(chosen, [two]).keys()]).toEqual(["/a"]);
  });
});

it("calls episodes by show, number and title, and films by title and year", () => {
  const base = { files: [], source: "plex" as const, section: null };
  expect(titleOf({ ...base, title: "Bedroom", show: "Bluey", season: 3, episode: 1, year: 2018 })).toBe(
    "Bluey · S03E01 · Bedroom",
  );
  expect(titleOf({ ...base, title: "Dune", show: null, season: null, episode: null, year: 2021 })).toBe(
    "Dune (2021)",
  );
});

it("goes up to the top and no further", () => {
  expect(above("Show/Season 1")).toBe("Show");
  expect(above("Show")).toBe("");
  expect(above("")).toBeNull();
});

it("forgets a path without its library", () => {
  expect(addSearch({ path: "Show", q: 1984 })).toEqual({ q: "1984" });
  expect(addSearch({ root: "Series", path: "Show" })).toEqual({ root: "Series", path: "Show" });
});
