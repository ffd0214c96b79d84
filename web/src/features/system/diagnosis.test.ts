import { describe, expect, it } from "vitest";
import { asSentence, byVerdict } from "./diagnosis";

describe("asSentence", () => {
  it("begins large and ends with a full stop", () => {
    expect(asSentence("it lies on ext4")).toBe("It lies on ext4.");
    expect(asSentence("turn it off.")).toBe("Turn it off.");
  });

  it("leaves paths and names of keys as they are written", () => {
    expect(asSentence("/mnt/films is there")).toBe("/mnt/films is there.");
    expect(asSentence("cache.dir is not set")).toBe("cache.dir is not set.");
  });
});

it("keeps the order of the checks within a verdict", () => {
  const finding = (subject: string, verdict: "ok" | "warning") => ({
    check: "swap" as const,
    subject,
    verdict,
    says: "",
    fix: null,
  });
  const sorted = byVerdict([finding("a", "ok"), finding("b", "warning"), finding("c", "ok")]);
  expect(sorted.ok.map((one) => one.subject)).toEqual(["a", "c"]);
  expect(sorted.warning.map((one) => one.subject)).toEqual(["b"]);
  expect(sorted.failure).toEqual([]);
});
