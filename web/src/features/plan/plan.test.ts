import { describe, expect, it } from "vitest";
import type { Plan } from "@/api/schema";
import { planSearch } from "./search";
import { isShown, lengthOf } from "./tallies";

describe("planSearch", () => {
  it("says nothing of what is shown anyway", () => {
    expect(planSearch({ list: "cache", page: 1 })).toEqual({});
    expect(planSearch({ list: "refused", page: 3 })).toEqual({ list: "refused", page: 3 });
    expect(planSearch({ list: "elsewhere", page: "many" })).toEqual({});
  });
});

describe("lists", () => {
  const tally = { files: 9, steps: 4, size_bytes: 1, size_readable: "1 B" };
  const plan = {
    totals: { cache: tally, give_back: { ...tally, steps: 0 }, attribute: 0, refused: 7, unresolved: 0 },
    sources: [],
  } as unknown as Plan;

  it("are as long as the whole plan, whatever was read of it", () => {
    expect(lengthOf(plan, "cache")).toBe(4);
    expect(lengthOf(plan, "refused")).toBe(7);
    expect(lengthOf(plan, "sources")).toBe(0);
  });

  it("are shown when they hold something; what comes and goes always", () => {
    const shown = (current: "cache" | "unresolved") =>
      (["cache", "give_back", "attribute", "refused", "unresolved"] as const).filter((list) =>
        isShown(plan, list, current),
      );
    expect(shown("cache")).toEqual(["cache", "give_back", "refused"]);
    expect(shown("unresolved")).toContain("unresolved");
  });
});
