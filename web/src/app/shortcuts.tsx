/**
 * What the keyboard can do: one list, to which every mounted component adds its own; the `?` overview and the
 * listener read the same list, so neither can be wrong about the other.
 */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";

export type Group = "anywhere" | "pages" | "here";

export interface Shortcut {
  /** One key (`?`, `/`, `Escape`) or two in turn (`g d`). As `KeyboardEvent.key` names them. */
  keys: string;
  label: string;
  group: Group;
  run(event: KeyboardEvent): void;
}

interface Shortcuts {
  list: readonly Shortcut[];
  add(shortcut: Shortcut): () => void;
}

const ShortcutsContext = createContext<Shortcuts | null>(null);

/** The second key of a pair has to follow within this time. */
const PAIR_WITHIN = 1_200;

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)) &&
    !(target instanceof HTMLInputElement && ["checkbox", "radio", "button"].includes(target.type))
  );
}

export function ShortcutsProvider({ children }: { children: ReactNode }) {
  const [list, setList] = useState<readonly Shortcut[]>([]);
  const newest = useRef(list);
  newest.current = list;

  const add = useCallback((shortcut: Shortcut) => {
    setList((old) => [...old, shortcut]);
    return () => setList((old) => old.filter((one) => one !== shortcut));
  }, []);

  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      // A dialog has the keyboard for itself.
      if (document.querySelector('[role="dialog"][aria-modal="true"]')) return;
      const pair = first && event.timeStamp - first.at < PAIR_WITHIN ? `${first.key} ${event.key}` : null;
      first = { key: event.key, at: event.timeStamp };
      // Whoever came last is closest to what is shown.
      const found =
        (pair && newest.current.findLast((one) => one.keys === pair)) ??
        newest.current.findLast((one) => one.keys === event.key);
      if (!found) return;
      first = null;
      event.preventDefault();
      found.run(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const shortcuts = useMemo(() => ({ list, add }), [list, add]);
  return <ShortcutsContext value={shortcuts}>{children}</ShortcutsContext>;
}

export function useShortcuts(): Shortcuts {
  const shortcuts = useContext(ShortcutsContext);
  if (!shortcuts) throw new Error("useShortcuts outside of ShortcutsProvider");
  return shortcuts;
}

/** Adds a shortcut while the component is mounted. */
export function useShortcut(
  keys: string,
  label: string,
  group: Group,
  run: (event: KeyboardEvent) => void,
): void {
  const { add } = useShortcuts();
  const newest = useRef(run);
  newest.current = run;
  useEffect(
    () => add({ keys, label, group, run: (event) => newest.current(event) }),
    [add, keys, label, group],
  );
}
