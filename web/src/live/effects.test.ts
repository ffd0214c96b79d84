import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readAgainSoon } from "./effects";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function client() {
  const queries = new QueryClient();
  queries.setQueryData(["get", "/api/plan"], {});
  const isStale = () => queries.getQueryState(["get", "/api/plan"])?.isInvalidated;
  return { queries, isStale };
}

test("many reasons to read something again are one", () => {
  const { queries, isStale } = client();
  const invalidate = vi.spyOn(queries, "invalidateQueries");
  for (let times = 0; times < 9; times++) readAgainSoon(queries, "/api/plan");
  expect(isStale()).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(isStale()).toBe(true);
  expect(invalidate).toHaveBeenCalledTimes(1);
});

test("who cannot wait as long is served earlier, and who can does not make others wait", () => {
  const { queries, isStale } = client();
  readAgainSoon(queries, "/api/plan", 5_000);
  vi.advanceTimersByTime(1_000);
  readAgainSoon(queries, "/api/plan", 1_000);
  readAgainSoon(queries, "/api/plan", 5_000);
  vi.advanceTimersByTime(999);
  expect(isStale()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(isStale()).toBe(true);
});
