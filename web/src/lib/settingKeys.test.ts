import { expect, it } from "vitest";
import { libraryNumber } from "./settingKeys";

const settings = [
  { key: "cache.dir", value: "Series" },
  { key: "library.0.name", value: "Movies" },
  { key: "library.0.path", value: "Series" },
  { key: "library.1.name", value: "Series" },
  { key: "user.2.name", value: "Kids" },
];

it("finds the entry of a library by its name alone", () => {
  expect(libraryNumber(settings, "Series")).toBe(1);
  expect(libraryNumber(settings, "Kids")).toBeNull();
});
