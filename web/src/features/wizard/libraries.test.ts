import { describe, expect, it } from "vitest";
import type { Section } from "@/api/schema";
import { changesOf, configured, proposed } from "./libraries";

const section = (title: string, kind: Section["kind"], ...paths: string[]): Section => ({
  section_id: title,
  title,
  kind,
  locations: paths.map((path) => ({ path, library: null })),
});

const settings = [
  { key: "library.1.name", value: "Series" },
  { key: "library.1.path", value: "/mnt/series" },
  { key: "library.0.name", value: "Movies" },
  { key: "library.0.path", value: "/mnt/movies" },
  { key: "library.0.server_path", value: "/media/movies" },
  { key: "library.2.name", value: null },
];

describe("libraries", () => {
  it("are read from the configuration in their order", () => {
    expect(configured(settings).map((draft) => [draft.number, draft.name, draft.serverPath])).toEqual([
      [0, "Movies", "/media/movies"],
      [1, "Series", ""],
    ]);
  });

  it("are proposed for folders of films and shows that no entry covers", () => {
    const sections = [
      section("Movies", "movies", "/media/movies", "/media/more"),
      section("Music", "other", "/media/music"),
      section("TV/Kids", "shows", "/mnt/series/kids", "/mnt/seriesX"),
    ];
    expect(proposed(sections, configured(settings)).map((draft) => [draft.name, draft.path])).toEqual([
      ["Movies 2", "/media/more"],
      ["TV-Kids", "/mnt/seriesX"],
    ]);
  });

  it("that are as they were change nothing", () => {
    const before = configured(settings);
    expect(changesOf(before, before)).toEqual([]);
  });

  it("that are new get the numbers that follow, and no path twice", () => {
    const before = configured(settings);
    const fresh = proposed(
      [section("Films", "movies", "/media/films"), section("Kids", "shows", "/media/kids")],
      before,
    );
    const [films, kids] = fresh;
    if (!films || !kids) throw new Error("two were proposed");
    const chosen = [
      { ...films, path: "/mnt/films/" },
      { ...kids, isChosen: false },
    ];
    expect(changesOf([...before, ...chosen], before)).toEqual([
      { key: "library.2.name", value: "Films" },
      { key: "library.2.path", value: "/mnt/films" },
      { key: "library.2.server_path", value: "/media/films" },
    ]);
  });

  it("lose the other path when both are the same", () => {
    const before = configured(settings);
    const same = before.map((draft) =>
      draft.number === 0 ? { ...draft, serverPath: "/mnt/movies" } : draft,
    );
    expect(changesOf(same, before)).toEqual([{ key: "library.0.server_path", value: null }]);
  });
});
