import { describe, expect, it } from "vitest";
import { bytes, duration, fileName, folderOf, percent, relative } from "./format";

describe("bytes", () => {
  it("never prints 1024.0 of a unit", () => {
    expect(bytes(1024 * 1024 - 1, "en")).toBe("1.0 MB");
    expect(bytes(1023, "en")).toBe("1,023 B");
  });

  it("says what the API says", () => {
    expect(bytes(0, "en")).toBe("0 B");
    expect(bytes(500, "en")).toBe("500 B");
    expect(bytes(1536, "en")).toBe("1.5 KB");
    expect(bytes(1_073_741_824, "en")).toBe("1.0 GB");
    expect(bytes(1024 ** 6, "en")).toBe("1,024.0 PB");
  });

  it("writes numbers as the reader does", () => {
    expect(bytes(1_610_612_736, "de")).toBe("1,5 GB");
  });
});

describe("relative", () => {
  const now = new Date("2026-01-10T12:00:00Z");
  it("names the greatest unit that fits", () => {
    expect(relative(new Date("2026-01-10T11:59:50Z"), now, "en")).toBe("now");
    expect(relative(new Date("2026-01-10T11:59:20Z"), now, "en")).toBe("1 min. ago");
    expect(relative(new Date("2026-01-10T10:00:00Z"), now, "en")).toBe("2 hr. ago");
    expect(relative(new Date("2026-01-09T11:00:00Z"), now, "en")).toBe("yesterday");
    expect(relative(new Date("2026-01-10T12:05:00Z"), now, "en")).toBe("in 5 min.");
  });
});

describe("duration", () => {
  it("keeps two units and drops a zero", () => {
    expect(duration(0, "en")).toBe("0 sec");
    expect(duration(59.6, "en")).toBe("1 min");
    expect(duration(7_500, "en")).toBe("2 hr 5 min");
    expect(duration(86_400 * 2 + 30, "en")).toBe("2 days");
  });
});

it("writes ratios as percent", () => {
  expect(percent(0.874, "en")).toBe("87%");
});

it("takes paths apart", () => {
  expect(fileName("/mnt/a/b.mkv")).toBe("b.mkv");
  expect(folderOf("/mnt/a/b.mkv")).toBe("/mnt/a");
  expect(folderOf("/b.mkv")).toBe("/");
});
