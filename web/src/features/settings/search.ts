/** What the address of this page remembers. */
export interface SettingsSearch {
  /** The group that is shown; the first when absent. */
  part?: string;
  /** What is looked for, in all groups. */
  q?: string;
  /** The user for whom something is to be set: their entry is shown, or begun. */
  who?: string;
}

const LONGEST = 255;

export function settingsSearch(given: Record<string, unknown>): SettingsSearch {
  const words = (value: unknown): string | undefined => {
    const text = typeof value === "number" ? String(value) : value;
    return typeof text === "string" && text !== "" ? text.slice(0, LONGEST) : undefined;
  };
  const part = words(given.part);
  const q = words(given.q);
  const who = words(given.who);
  return { ...(part ? { part } : {}), ...(q ? { q } : {}), ...(who ? { who } : {}) };
}
