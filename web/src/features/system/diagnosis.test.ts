import { expect, it } from "vitest";
import { byVerdict } from "./diagnosis";

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
