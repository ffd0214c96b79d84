import { describe, expect, it } from "vitest";
import { COLUMN_IDS } from "./columns";
import { mended } from "./useLayout";

describe("what a browser kept of the table", () => {
  it("counts as far as it makes sense", () => {
    const kept = mended({
      visible: { who: false, filename: false, elsewhere: true, size: "yes" },
      order: ["status", "gone", "filename", 7, "status"],
      widths: { size: 120, why: -3, who: Number.NaN, other: 100 },
      density: "comfortable",
    });
    expect(kept.visible).toEqual({ library: false, who: false, filename: true });
    expect(kept.order.slice(0, 2)).toEqual(["status", "filename"]);
    expect([...kept.order].sort()).toEqual([...COLUMN_IDS].sort());
    expect(kept.widths).toEqual({ size: 120 });
    expect(kept.density).toBe("comfortable");
  });

  it("is passed over where it makes none", () => {
    for (const nonsense of [null, 3, "x", [], { order: "filename", widths: null }]) {
      expect(mended(nonsense)).toMatchObject({ order: [...COLUMN_IDS], widths: {}, density: "compact" });
    }
  });
});
