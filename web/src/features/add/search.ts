/** What the address of this page remembers: what is looked for, or the folder that is shown. */
export interface AddSearch {
  q?: string;
  /** The name of a library. */
  root?: string;
  /** A folder below its top. */
  path?: string;
}

const LONGEST_WORDS = 255;
const LONGEST_PATH = 4_095;

export function addSearch(given: Record<string, unknown>): AddSearch {
  const words = (value: unknown, longest: number): string | undefined => {
    const text = typeof value === "number" ? String(value) : value;
    return typeof text === "string" && text !== "" && text.length <= longest ? text : undefined;
  };
  const q = words(given.q, LONGEST_WORDS);
  const root = words(given.root, LONGEST_WORDS);
  const path = root && words(given.path, LONGEST_PATH);
  return { ...(q ? { q } : {}), ...(root ? { root } : {}), ...(path ? { path } : {}) };
}
