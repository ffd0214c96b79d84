/** Which libraries there could be: those that are configured, and those that the media server tells of. Pure. */
import type { Section, SettingChangeRequest } from "@/api/schema";

export interface LibraryDraft {
  /** What it is known by here, whatever its name becomes. */
  id: string;
  /** Its number in the configuration; null where it is in none yet. */
  number: number | null;
  name: string;
  path: string;
  /** Empty where the media server sees the same path. */
  serverPath: string;
  isChosen: boolean;
}

interface Named {
  key: string;
  value: string | null;
}

/** The entries of the configuration, in their order. */
export function configured(settings: readonly Named[]): LibraryDraft[] {
  const drafts = new Map<number, LibraryDraft>();
  for (const { key, value } of settings) {
    const [, digits, field] = /^library\.(\d+)\.(name|path|server_path)$/.exec(key) ?? [];
    if (digits === undefined || value === null) continue;
    const number = Number(digits);
    const draft = drafts.get(number) ?? {
      id: `configured ${number}`,
      number,
      name: "",
      path: "",
      serverPath: "",
      isChosen: true,
    };
    if (field === "name") draft.name = value;
    if (field === "path") draft.path = value;
    if (field === "server_path") draft.serverPath = value;
    drafts.set(number, draft);
  }
  // What only a template describes has no name and no path: it is not there.
  return [...drafts.values()]
    .filter((draft) => draft.name !== "")
    .sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
}

/** What the media server has and no entry covers. */
export function proposed(sections: readonly Section[], entries: readonly LibraryDraft[]): LibraryDraft[] {
  const taken = new Set(entries.map((entry) => entry.name.toLowerCase()));
  const covers = (path: string) =>
    entries.some((entry) => isWithin(path, entry.serverPath === "" ? entry.path : entry.serverPath));
  return sections
    .filter((section) => section.kind !== "other")
    .flatMap((section) => section.locations.map((location) => ({ section, path: location.path })))
    .filter(({ path }) => !covers(path))
    .map(({ section, path }) => ({
      id: `proposed ${section.section_id} ${path}`,
      number: null,
      name: free(section.title.replaceAll("/", "-").trim() || "Library", taken),
      path,
      serverPath: path,
      isChosen: true,
    }));
}

function free(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${wanted} ${n}`;
  taken.add(name.toLowerCase());
  return name;
}

function isWithin(path: string, folder: string): boolean {
  const root = trimmed(folder);
  return path === root || path.startsWith(`${root}/`) || trimmed(path) === root;
}

/** Without a slash at its end, but for the root. */
export function trimmed(path: string): string {
  const short = path.trim().replace(/\/+$/, "");
  return short === "" && path.trim() !== "" ? "/" : short;
}

/** What to write so that the configuration says what was chosen; empty where it says so already. */
export function changesOf(
  drafts: readonly LibraryDraft[],
  before: readonly LibraryDraft[],
): SettingChangeRequest[] {
  const changes: SettingChangeRequest[] = [];
  let next = before.length;
  for (const draft of drafts) {
    if (!draft.isChosen) continue;
    const old = before.find((entry) => entry.number !== null && entry.number === draft.number);
    const number = old?.number ?? next++;
    const path = trimmed(draft.path);
    const serverPath = trimmed(draft.serverPath);
    const fields: [string, string | null, string | null][] = [
      ["name", draft.name.trim(), old?.name ?? null],
      ["path", path, old?.path ?? null],
      ["server_path", serverPath === path || serverPath === "" ? null : serverPath, old?.serverPath || null],
    ];
    for (const [field, value, was] of fields) {
      if (value !== was) changes.push({ key: `library.${number}.${field}`, value });
    }
  }
  return changes;
}
