import { expect, it } from "vitest";
import { chartOf, dayName } from "./days";

it("names the day of the server, wherever the reader lives", () => {
  expect(dayName("2026-01-10", "en-GB")).toBe("10 Jan");
});

it("stacks what the library served on what the fast disk did, so that both come to all starts", () => {
  const { labels, series } = chartOf(
    [
      { date: "2026-01-09", starts: 5, hits: 4 },
      { date: "2026-01-10", starts: 0, hits: 0 },
    ],
    "en-GB",
  );
  expect(labels).toEqual(["9 Jan", "10 Jan"]);
  expect(series.map((one) => one.values)).toEqual([
    [4, 0],
    [1, 0],
  ]);
});
