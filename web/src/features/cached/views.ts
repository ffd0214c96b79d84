/** Views: a search, its filters and its order under a name. Kept in this browser. */
import { useLocalStorage } from "@mantine/hooks";
import { t } from "@/strings";
import { type CachedSearch, cachedSearch } from "./search";

export interface View {
  name: string;
  search: CachedSearch;
}

/** What the API can ask. What is played now it cannot. */
export const BUILT_IN: readonly View[] = [
  { name: t.cached.builtIn.everything, search: {} },
  { name: t.cached.builtIn.couldGo, search: { sort: "priority", order: "asc" } },
  { name: t.cached.builtIn.forgotten, search: { sort: "last_accessed", order: "asc" } },
  { name: t.cached.builtIn.largest, search: { sort: "file_size_bytes" } },
  { name: t.cached.builtIn.missing, search: { status: "orphaned" } },
  { name: t.cached.builtIn.goingBack, search: { status: "pending_removal" } },
  { name: t.cached.builtIn.goneBack, search: { status: "removed" } },
];

const MOST = 100;
export const LONGEST_NAME = 60;

/** A view is what is looked for, not what is open. */
export function viewOf({ file: _, ...search }: CachedSearch): CachedSearch {
  return search;
}

export function isSame(one: CachedSearch, other: CachedSearch): boolean {
  const text = (search: CachedSearch) => JSON.stringify(Object.entries(viewOf(search)).sort());
  return text(one) === text(other);
}

export function saved(views: readonly View[], view: View): View[] {
  return [...views.filter(({ name }) => name !== view.name), view].slice(-MOST);
}

export function renamed(views: readonly View[], from: string, to: string): View[] {
  return views
    .filter(({ name }) => name !== to || name === from)
    .map((one) => (one.name === from ? { ...one, name: to } : one));
}

/** Whatever the browser kept, as far as it makes sense. */
export function readViews(text: string | undefined): View[] {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  const views = value.flatMap((one: unknown): View[] => {
    if (typeof one !== "object" || one === null || !("name" in one) || !("search" in one)) return [];
    const { name, search } = one;
    if (typeof name !== "string" || name.trim() === "" || typeof search !== "object" || search === null)
      return [];
    return [{ name: name.slice(0, LONGEST_NAME), search: viewOf(cachedSearch({ ...search })) }];
  });
  return views.slice(0, MOST);
}

export function useViews() {
  return useLocalStorage<View[]>({
    key: "cacherr-cached-views",
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: readViews,
  });
}
