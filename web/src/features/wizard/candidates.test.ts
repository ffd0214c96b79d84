import { expect, it } from "vitest";
import { smallest } from "./candidates";

it("offers the smallest films, and nothing that is none", () => {
  const file = (name: string, size: number) => ({ name, size, path: `/m/${name}` });
  const found = [
    file("big.mkv", 900),
    file("poster.jpg", 1),
    file("empty.mkv", 0),
    file("small.MP4", 10),
    file("middle.avi", 100),
  ];
  expect(smallest(found).map(({ name }) => name)).toEqual(["small.MP4", "middle.avi", "big.mkv"]);
  expect(smallest(Array.from({ length: 9 }, (_, n) => file(`${n}.mkv`, n + 1)))).toHaveLength(5);
});
