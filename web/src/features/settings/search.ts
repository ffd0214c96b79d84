/** What the address of this page remembers. */
export type SettingsSearch = Record<string, never>;

export function settingsSearch(_given: Record<string, unknown>): SettingsSearch {
  return {};
}
