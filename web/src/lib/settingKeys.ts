/** How the configuration names the entries of a repeated table: `library.0.path`. Pure. */

interface Named {
  key: string;
  value: string | null;
}

/** The number of the `[[library]]` of this name; null where the configuration has none. */
export function libraryNumber(settings: readonly Named[], name: string): number | null {
  for (const { key, value } of settings) {
    const number = /^library\.(\d+)\.name$/.exec(key)?.[1];
    if (number !== undefined && value === name) return Number(number);
  }
  return null;
}
