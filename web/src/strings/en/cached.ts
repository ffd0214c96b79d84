import type { FileSort } from "@/api/schema";
import { bytes, count } from "@/lib/format";
import { plural } from "../plural";

const files = (number: number) => plural(number, "file", "files");

export const cached = {
  title: "Cached",
  files,
  total: (number: number, size: number | null) =>
    size === null ? files(number) : `${files(number)} · ${bytes(size, "en")}`,
  found: (number: number) =>
    number === 0 ? "No file matches." : `${plural(number, "file matches", "files match")}.`,
  notRead: "The list could not be read. Your files are not concerned.",

  table: "Cached files",
  tableHint:
    "Arrow keys move, Enter opens a file, Space or x selects it, Shift with the arrows selects several, Home and End go to the ends.",
  column: {
    filename: "File",
    why: "Why",
    who: "Who",
    size: "Size",
    cachedAt: "Cached",
    lastOpened: "Last opened",
    opens: "Opens",
    score: "Score",
    library: "Library",
    status: "State",
  },
  sortedBy: "Sort by",
  sort: {
    filename: "File name",
    file_size_bytes: "Size",
    cached_at: "When cached",
    last_accessed: "Last opened",
    access_count: "Opens",
    priority: "Score",
  } satisfies Record<FileSort, string>,
  ascending: "Least first",
  descending: "Greatest first",
  columnWidth: (name: string) => `Width of ${name}`,
  coming: "being read",
  selectFile: (name: string) => `Select ${name}`,
  selectAll: (number: number) => `Select all ${count(number, "en")} that match`,
  playing: "playing now",
  pinned: "stays: pinned",
  others: (first: string, more: number) => `${first} +${count(more, "en")}`,
  noScore: "No plan has looked at it yet",
  fresh: (number: number) => `${plural(number, "new file", "new files")} – show`,

  empty: "Nothing is cached yet",
  emptyHint:
    "Cacherr copies what somebody watches, and what comes next, to the fast disk by itself. You can also choose a file yourself.",
  emptyAction: "Choose a file to cache",
  noMatch: "No file matches",
  noMatchHint: "Nothing that is cached fits all of what you look for.",
  clearFilters: "Look for everything",

  search: "Search name or path",
  clearSearch: "Clear the search",
  filters: "Filters",
  filter: {
    q: "Search",
    status: "State",
    user: "User",
    why: "Why",
    library: "Library",
    size: "Size",
    since: "Since",
  },
  any: "Any",
  anyStatus: "Any but gone back",
  removeFilter: (name: string) => `Do not ask for ${name} any more`,
  filterIs: (name: string, value: string) => `${name}: ${value}`,
  sizeAtLeast: (size: string) => `≥ ${size}`,
  sizeAtMost: (size: string) => `≤ ${size}`,
  sizeBetween: (least: string, most: string) => `${least} – ${most}`,
  atLeast: "At least (GB)",
  atMost: "At most (GB)",
  sizeHint: "Both bounds are included.",
  sinceDays: { 1: "Last 24 hours", 7: "Last 7 days", 30: "Last 30 days", 365: "Last year" },
  sinceDay: "Since a day",
  sinceIs: (day: string) => `since ${day}`,
  apply: "Apply",

  views: "Views",
  viewsBuiltIn: "Built in",
  viewsOwn: "Yours",
  viewsNone: "None yet. Look for something, then keep it under a name.",
  viewSave: "Keep what is shown as a view…",
  viewName: "Name of the view",
  viewNameHint: "Kept in this browser: filters, search and order.",
  viewRename: (name: string) => `Rename ${name}`,
  viewDelete: (name: string) => `Delete ${name}`,
  viewKept: (name: string) => `Kept as “${name}”.`,
  viewDeleted: (name: string) => `“${name}” is deleted.`,
  viewExists: "A view of that name is replaced.",
  undo: "Undo",
  builtIn: {
    everything: "Everything",
    couldGo: "Could go: least worth first",
    forgotten: "Not opened for longest",
    largest: "Largest first",
    missing: "Copy missing",
    goingBack: "Going back",
    goneBack: "Gone back",
  },

  columns: "Columns",
  columnsShown: "Columns, in their order",
  columnEarlier: (name: string) => `Move ${name} forward`,
  columnLater: (name: string) => `Move ${name} back`,
  columnNarrower: (name: string) => `Make ${name} narrower`,
  columnWider: (name: string) => `Make ${name} wider`,
  columnsReset: "As it was at first",
  density: "Rows",
  densities: { compact: "Compact", comfortable: "Comfortable" },

  selection: "Selection",
  selected: (number: number, size: number | null) =>
    size === null ? `${files(number)} selected` : `${files(number)} selected · ${bytes(size, "en")}`,
  selectedAll: (number: number, except: number) =>
    except === 0
      ? `All ${count(number, "en")} that match are selected`
      : `All that match but ${count(except, "en")} are selected: ${files(number)}`,
  tooMany: (most: number) =>
    `Only the first ${count(most, "en")} are selected; more than that can be meant as “all that match”.`,
  clearSelection: "Select nothing",
  removeMany: "Remove…",
  pin: "Pin",
  unpin: "Unpin",
  pinHint: "A pinned file stays, however little room is left.",
  exceptionsTooMany: (most: number) =>
    `With files left out, at most ${count(most, "en")} can be done at once. Narrow what you look for, or leave none out.`,

  shortcut: {
    search: "Search",
    down: "Next file",
    up: "File before",
    select: "Select the file, or not",
    range: "Select several",
    open: "Open the file",
    export: "Export",
    remove: "Remove what is selected, or the file",
    escape: "Select nothing",
    ends: "To the first or last file",
  },
} as const;
