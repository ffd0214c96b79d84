import { describe, expect, it } from "vitest";
import { drawnHeight, type Extent, placeFor, START, scrolledTo, TALLEST, topOf } from "./scale";

const small: Extent = { total: 500 * 36, window: 720 };
const huge: Extent = { total: 1_000_000 * 36, window: 720 };
const end = drawnHeight(huge.total) - huge.window;

describe("a list that fits", () => {
  it("is scrolled as it is", () => {
    expect(scrolledTo(12_345.5, START, small)).toEqual({ scroll: 12_345.5, base: 0 });
    expect(drawnHeight(small.total)).toBe(small.total);
  });

  it("never goes beyond its end", () => {
    expect(topOf(placeFor(1e9, small))).toBe(500 * 36 - 720);
    expect(topOf(placeFor(-5, small))).toBe(0);
  });

  it("stays at its start when it is shorter than the window", () => {
    expect(placeFor(100, { total: 72, window: 720 })).toEqual({ scroll: 0, base: 0 });
  });
});

describe("a million rows", () => {
  it("are never drawn taller than browsers allow", () => {
    expect(drawnHeight(huge.total)).toBe(TALLEST);
  });

  it("are reached at both ends", () => {
    expect(topOf(scrolledTo(0, START, huge))).toBe(0);
    expect(topOf(scrolledTo(end, START, huge))).toBe(huge.total - huge.window);
  });

  it("move pixel by pixel under a wheel", () => {
    const from = placeFor(18_000_000, huge);
    const to = scrolledTo(from.scroll + 100, from, huge);
    expect(topOf(to) - topOf(from)).toBe(100);
  });

  it("move in proportion under the bar", () => {
    const half = scrolledTo(end / 2, START, huge);
    expect(topOf(half)).toBeCloseTo((huge.total - huge.window) / 2, -1);
  });

  it("are each reachable: every row is found again where it was asked for", () => {
    for (const row of [0, 1, 17, 499_999, 777_777, 999_900]) {
      const place = placeFor(row * 36, huge);
      expect(Math.abs(topOf(place) - row * 36)).toBeLessThanOrEqual(1);
      expect(Number.isInteger(place.base)).toBe(true);
    }
  });

  it("do not move on the screen when the drift is taken back", () => {
    let place = placeFor(9_000_000, huge);
    for (let turn = 0; turn < 500; turn += 1) place = scrolledTo(place.scroll + 120, place, huge);
    expect(topOf(placeFor(topOf(place), huge))).toBeCloseTo(topOf(place), 0);
  });

  it("are scrolled to their very start even from a drifted place", () => {
    const drifted = { scroll: 50, base: -5_000 };
    expect(topOf(scrolledTo(0, drifted, huge))).toBe(0);
    // Upwards beyond the first row there is nothing: the proportion counts again.
    expect(topOf(scrolledTo(10, { scroll: 50, base: 30 }, huge))).toBeGreaterThanOrEqual(0);
  });
});
