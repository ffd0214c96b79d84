import { describe, expect, it } from "vitest";
import { fileNamed } from "./sample";
import { all, countOf, has, MOST_IDS, NOTHING, sizeOf, toggled, withFiles } from "./selection";

const [a, b, c] = ["a", "b", "c"].map((name) => fileNamed(name)) as [
  ReturnType<typeof fileNamed>,
  ReturnType<typeof fileNamed>,
  ReturnType<typeof fileNamed>,
];

describe("a selection", () => {
  it("takes and leaves single files", () => {
    const one = toggled(NOTHING, a);
    expect(has(one, "a")).toBe(true);
    expect(countOf(one, 500)).toBe(1);
    expect(countOf(toggled(one, a), 500)).toBe(0);
    expect(has(NOTHING, "a")).toBe(false);
  });

  it("means all that match, read or not, but for the exceptions", () => {
    const most = toggled(all({ q: "x" }), b);
    expect(has(most, "never read")).toBe(true);
    expect(has(most, "b")).toBe(false);
    expect(countOf(most, 812_345)).toBe(812_344);
    expect(countOf(toggled(most, b), 812_345)).toBe(812_345);
  });

  it("takes a stretch at once and gives it back", () => {
    const three = withFiles(NOTHING, [a, b, c], true);
    expect(countOf(three, 3)).toBe(3);
    expect(countOf(withFiles(three, [b, c], false), 3)).toBe(1);
    expect(countOf(withFiles(all({}), [a, b], false), 3)).toBe(1);
  });

  it("never lists more files than the server takes", () => {
    const many = Array.from({ length: MOST_IDS + 5 }, (_, at) => fileNamed(`${at}`));
    expect(countOf(withFiles(NOTHING, many, true), many.length)).toBe(MOST_IDS);
  });

  it("adds sizes up", () => {
    expect(sizeOf([a, b])).toBe(2_000);
  });
});
