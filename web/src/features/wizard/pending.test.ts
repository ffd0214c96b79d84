import { expect, it } from "vitest";
import { worthTelling } from "./pending";

const fresh = (key: string, saved: string) => ({ key, running: null, saved });

it("tells of a new library what somebody said, and not what follows by itself", () => {
  const pending = [
    fresh("library.0.name", "Movies"),
    fresh("library.0.path", "/mnt/movies"),
    fresh("library.0.server_path", "/mnt/movies"),
    fresh("library.0.swap", "exchange"),
    fresh("library.1.path", "/mnt/series"),
    fresh("library.1.server_path", "/media/series"),
    fresh("library.1.swap", "link_rename"),
    { key: "library.2.swap", running: "link_rename", saved: "exchange" },
  ];
  expect(worthTelling(pending).map(({ key }) => key)).toEqual([
    "library.0.name",
    "library.0.path",
    "library.1.path",
    "library.1.server_path",
    "library.1.swap",
    "library.2.swap",
  ]);
});
