import { describe, expect, it } from "vitest";
import { asSentence } from "./sentence";

describe("asSentence", () => {
  it("begins large and ends with a full stop", () => {
    expect(asSentence("it lies on ext4")).toBe("It lies on ext4.");
    expect(asSentence("nobody has signed in; sign in")).toBe("Nobody has signed in; sign in.");
    expect(asSentence("  turn it off. ")).toBe("Turn it off.");
    expect(asSentence("")).toBe("");
  });

  it("leaves paths and names of keys as they are written", () => {
    expect(asSentence("/mnt/films is there")).toBe("/mnt/films is there.");
    expect(asSentence("cache.dir is not set")).toBe("cache.dir is not set.");
  });
});
