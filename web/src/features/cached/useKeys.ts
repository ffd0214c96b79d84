/** What the keyboard can do on this page; the table itself does the rest while it has the focus. */
import { useShortcut } from "@/app/shortcuts";
import { t } from "@/strings";

interface Keys {
  search(): void;
  step(by: 1 | -1): void;
  select(): void;
  remove(): void;
  exportFiles(): void;
  clear(): void;
}

export function useKeys(keys: Keys): void {
  const words = t.cached.shortcut;
  useShortcut("/", words.search, "here", keys.search);
  useShortcut("j", words.down, "here", () => keys.step(1));
  useShortcut("k", words.up, "here", () => keys.step(-1));
  useShortcut("x", words.select, "here", keys.select);
  useShortcut("Delete", words.remove, "here", keys.remove);
  useShortcut("e", words.export, "here", keys.exportFiles);
  useShortcut("Escape", words.escape, "here", keys.clear);
  // These the table hears itself, and only there; here they are named, under signs that no key sends.
  useShortcut("⏎", words.open, "here", () => {});
  useShortcut("⇧↓", words.range, "here", () => {});
  useShortcut("Home/End", words.ends, "here", () => {});
}
