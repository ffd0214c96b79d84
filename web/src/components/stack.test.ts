import { expect, it } from "vitest";
import { niceEnd, stacked } from "./stack";

it("puts series on top of each other, the highest sums first", () => {
  expect(
    stacked(
      [
        [1, 2],
        [10, 0],
      ],
      2,
    ),
  ).toEqual([
    [11, 2],
    [1, 2],
  ]);
});

it("takes what a series does not say for nothing", () => {
  expect(stacked([[1]], 3)).toEqual([[1, 0, 0]]);
  expect(stacked([], 2)).toEqual([]);
});

it("ends a scale at a round number that is not below the highest value", () => {
  expect([0, 1, 2, 3, 7, 10, 11, 47, 501].map(niceEnd)).toEqual([1, 1, 2, 5, 10, 10, 20, 50, 1000]);
});
