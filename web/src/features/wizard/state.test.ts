import { describe, expect, it } from "vitest";
import { marksOf, resumeAt, type SetUp } from "./state";

const nothing: SetUp = {
  isConnected: false,
  hasCacheDir: false,
  libraries: 0,
  readers: 0,
  pending: 0,
  cached: 0,
};

describe("the set-up", () => {
  it("begins with Plex where nothing is configured", () => {
    expect(resumeAt(nothing)).toBe("plex");
    expect(marksOf(nothing).summary).toBe("open");
  });

  it("goes on at the first thing that lacks", () => {
    expect(resumeAt({ ...nothing, isConnected: true })).toBe("cache");
    expect(resumeAt({ ...nothing, isConnected: true, hasCacheDir: true, pending: 1 })).toBe("libraries");
  });

  it("asks about other readers once what is needed is written down", () => {
    const written = { ...nothing, isConnected: true, hasCacheDir: true, libraries: 2, pending: 5 };
    expect(resumeAt(written)).toBe("readers");
    expect(marksOf(written).behaviour).toBe("optional");
  });

  it("has only the first film left once all is in force", () => {
    const inForce = { ...nothing, isConnected: true, hasCacheDir: true, libraries: 2 };
    expect(resumeAt(inForce)).toBe("first");
    expect(marksOf(inForce).readers).toBe("done");
    expect(Object.values(marksOf({ ...inForce, cached: 1 }))).not.toContain("open");
  });
});
