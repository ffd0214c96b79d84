import { describe, expect, it } from "vitest";
import { carryOver, changedMeanwhile } from "./carry";
import {
  changesOf,
  EMPTY,
  isEmpty,
  keepingEntry,
  localKey,
  sizeOf,
  withEntry,
  withoutEntry,
  withValue,
} from "./draft";
import type { Setting, Settings } from "./model";

const setting = (key: string, value: string | null, rest: Partial<Setting> = {}): Setting => ({
  key,
  table: key.slice(0, key.indexOf(".")),
  value,
  items: null,
  default: null,
  example: null,
  form: "text",
  doc: "",
  allowed: null,
  origin: { kind: value === null ? "default" : "file", name: null, line: null },
  changeable: true,
  ...rest,
});

const of = (settings: Setting[], libraries = 0): Settings => ({
  file: "cacherr.toml",
  file_exists: true,
  version: "1",
  settings,
  templates: [],
  repeated: [{ table: "library", entries: libraries, says: "", changeable: true }],
  pending: [],
  problems: [],
  warnings: [],
});

const mode = setting("cache.mode", "copy");
const hosts = setting("access.hosts", null, { form: "list", items: ["nas.lan"] });

describe("a draft", () => {
  it("is empty again when what was changed is changed back", () => {
    const changed = withValue(EMPTY, mode, "move");
    expect(sizeOf(changed)).toBe(1);
    expect(isEmpty(withValue(changed, mode, "copy"))).toBe(true);
    const list = withValue(EMPTY, hosts, ["nas.lan", "nas"]);
    expect(isEmpty(withValue(list, hosts, ["nas.lan"]))).toBe(true);
  });

  it("goes back to the default only where the file says something", () => {
    expect(changesOf(withValue(EMPTY, mode, null), of([mode]))).toEqual([{ key: "cache.mode" }]);
    const unset = setting("cache.limit", null);
    expect(isEmpty(withValue(EMPTY, unset, null))).toBe(true);
  });

  it("sends lists as lists", () => {
    expect(changesOf(withValue(EMPTY, hosts, []), of([hosts]))).toEqual([{ key: "access.hosts", items: [] }]);
  });

  it("numbers entries to come after those that are there, whatever of them was discarded", () => {
    const settings = of([], 2);
    let { draft } = withEntry(EMPTY, "library", { name: "Films" });
    const second = withEntry(draft, "library", { name: "Series" });
    draft = withoutEntry(second.draft, "library.+1");
    expect(second.entry).toBe("library.+2");
    expect(changesOf(draft, settings)).toEqual([{ key: "library.2.name", value: "Series" }]);
    expect(localKey("library.2.path", draft, settings)).toBe("library.+2.path");
    expect(localKey("library.1.path", draft, settings)).toBe("library.1.path");
  });

  it("asks for the name of an entry in which nothing stands", () => {
    const { draft } = withEntry(EMPTY, "library");
    expect(changesOf(draft, of([], 0))).toEqual([{ key: "library.0.name", value: "" }]);
    expect(sizeOf(draft)).toBe(1);
  });

  it("forgets what was typed into an entry that is to go, and keeps one that stays", () => {
    const name = setting("library.1.name", "Films");
    const draft = withoutEntry(withValue(EMPTY, name, "Movies"), "library.1");
    expect(changesOf(draft, of([name], 2))).toEqual([{ key: "library.1" }]);
    expect(isEmpty(keepingEntry(draft, "library.1"))).toBe(true);
  });
});

describe("what was typed, when the file changed meanwhile", () => {
  const films = (number: number) => [
    setting(`library.${number}.name`, "Films"),
    setting(`library.${number}.path`, "/films"),
  ];
  const series = setting("library.0.name", "Series");

  it("finds its entry again by its name", () => {
    const path = setting("library.1.path", "/films");
    const draft = withValue(EMPTY, path, "/movies");
    const { draft: carried, lost } = carryOver(draft, of([series, ...films(1)], 2), of(films(0), 1));
    expect([...carried.values]).toEqual([["library.0.path", "/movies"]]);
    expect(lost).toEqual([]);
  });

  it("says what has no place any more", () => {
    const draft = withValue(EMPTY, series, "Shows");
    const { draft: carried, lost } = carryOver(draft, of([series], 1), of(films(0), 1));
    expect(isEmpty(carried)).toBe(true);
    expect(lost).toEqual([{ key: "library.0.name", entry: "Series", isWhole: false }]);
  });

  it("drops what somebody else changed in the same way", () => {
    const draft = withValue(EMPTY, mode, "move");
    const { draft: carried } = carryOver(draft, of([mode]), of([setting("cache.mode", "move")]));
    expect(isEmpty(carried)).toBe(true);
  });

  it("knows what the others changed, whatever numbers moved by that", () => {
    const before = of([mode, series, ...films(1)], 2);
    const after = of([setting("cache.mode", "move"), ...films(0)], 1);
    expect(changedMeanwhile(before, after)).toEqual([
      { key: "cache.mode", entry: null, isWhole: false },
      { key: "library.0.name", entry: "Series", isWhole: true },
    ]);
  });
});
