import { expect, it } from "vitest";
import { endOf } from "./keyEnd";

const now = new Date("2026-01-10T12:00:00Z");

it("lets a key without an end go on for ever", () => {
  expect(endOf("never", "", now)).toBeNull();
});

it("counts days from now", () => {
  expect(endOf("month", "", now)).toBe("2026-02-09T12:00:00.000Z");
});

it("counts the last day whole, and none that has passed", () => {
  const end = endOf("date", "2026-01-12", now);
  expect(new Date(end ?? 0).getTime()).toBe(new Date("2026-01-12T23:59:59").getTime());
  expect(endOf("date", "2026-01-08", now)).toBeUndefined();
  expect(endOf("date", "", now)).toBeUndefined();
});
