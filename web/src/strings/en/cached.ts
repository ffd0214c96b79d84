import type { BatchAction, CacheMethod, FileSort, OperationType } from "@/api/schema";
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
  sizeWords: (size: number) => bytes(size, "en"),
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

  preview: "Looking at what is meant",
  previewRead: (done: number) => `${files(done)} looked at`,
  remove: {
    title: (number: number) => `Remove ${files(number)} from the cache`,
    back: (number: number, size: number | null) =>
      size === null
        ? `${number === 1 ? "The original is" : "The originals are"} put back ${number === 1 ? "at its path" : "at their paths"}. Their size is not known in advance: there are too many to add up.`
        : `${number === 1 ? "The original is put back at its path" : "The originals are put back at their paths"}, and ${bytes(size, "en")} of the fast disk become free about a minute later.`,
    nothingLost: "Nobody loses a file: what is copied back is verified before the copy goes.",
    more: (number: number) => `and ${plural(number, "more file", "more files")}`,
    playing: (number: number) =>
      number === 1
        ? "Somebody is watching one of them"
        : `Somebody is watching ${count(number, "en")} of them`,
    playingOnly: "Somebody is watching it now. Whoever watches is not interrupted: what is open stays open.",
    leaveOut: "Leave out what is being watched",
    playingStays:
      "They are removed as well. Whoever watches is not interrupted: what is open stays open until it is closed.",
    pinned: (number: number) =>
      number === 1
        ? "One of them is pinned. It goes all the same."
        : `${count(number, "en")} of them are pinned. They go all the same.`,
    pinnedOnly: "It is pinned. It goes all the same.",
    hold: "They are not cached again for the same wishes for a while (three days unless set otherwise). Playing one lifts that.",
    type: (number: number) => `Type ${number} to confirm`,
    confirm: (number: number) => `Remove ${files(number)}`,
    nobodyLeft: "Everything that is meant is being watched. There is nothing to do.",
    done: (name: string) => `${name} has gone back to its place.`,
    underWay: (name: string) => `${name} is on its way back.`,
  },
  cacheAgain: "Cache again",
  cacheAgainHint: "Copies the file to the fast disk once more.",
  cachingAgain: (number: number) => `${plural(number, "file is", "files are")} being cached again.`,
  notAgain: (number: number) => `${plural(number, "file", "files")} could not be cached again.`,

  batch: {
    running: {
      remove: "Giving files back",
      pin: "Pinning files",
      unpin: "Unpinning files",
    } satisfies Record<BatchAction, string>,
    done: (action: BatchAction, number: number) =>
      ({
        remove: `${plural(number, "file has", "files have")} gone back.`,
        pin: `${plural(number, "file is", "files are")} pinned.`,
        unpin: `${plural(number, "file is", "files are")} not pinned any more.`,
      })[action],
    progress: (done: number, total: number) =>
      total > 0 ? `${count(done, "en")} of ${count(total, "en")}` : "Finding out which files are meant",
    failed: (number: number) => `${plural(number, "file is", "files are")} as before:`,
    failedMore: (number: number) => `and ${count(number, "en")} more`,
    cancelled: "Called off. What was begun is finished.",
    cancel: "Call off",
    region: "What is being done with many files",
  },

  cleanup: {
    title: "Clean up",
    open: "Clean up…",
    what: "Looks for every copy on the fast disk. Where one is gone, the original is put back at its path at once, and the file is marked “copy missing”.",
    second: "What is marked can then be taken off this list. No file of your library is deleted by that.",
    look: "Look now",
    looking: "Looking for every copy",
    found: (number: number) =>
      number === 0
        ? "Every copy is where it should be."
        : `${plural(number, "copy is", "copies are")} missing.`,
    forget: (number: number) => `Take ${files(number)} off the list`,
    forgotten: (number: number) => `${plural(number, "file is", "files are")} off the list.`,
    lost: (number: number) =>
      `Of ${files(number)} neither the copy nor the original was found. They stay on the list until one comes back:`,
    brake: "Is it true that so much is gone?",
    brakeHint: "If the fast disk is only not mounted, mount it and look again: nothing was changed.",
    goOn: "It is true, go on",
  },

  export: {
    open: "Export…",
    title: "Export",
    format: "Format",
    formats: {
      csv: "CSV, for spreadsheets",
      json: "JSON, for programs",
      txt: "Text, for people",
      zip: "ZIP, all three",
    },
    metadata: "With what is known of the film or episode",
    whole: (number: number) => `${files(number)}: exactly what the table shows.`,
    more: (number: number) => `${files(number)}, more than the table shows.`,
    beyond: (names: string) =>
      `An export knows state and user only. It does not ask for: ${names}. Everything else that is meant is in it.`,
    order: "Newest first, whatever the table is sorted by.",
    start: "Download",
    counting: "Counting",
  },

  drawer: {
    title: "File",
    previous: "File before",
    next: "Next file",
    gone: "There is no such file any more. Its history has ended.",
    actions: "What can be done",
    removeHint: (size: string, playing: boolean) =>
      playing
        ? `Puts the original back and frees ${size}. Somebody is watching it now and is not interrupted.`
        : `Puts the original back and frees ${size}. Nobody is watching it.`,
    pinHint: "A pinned file stays, however little room is left.",
    unpinHint: "It may leave again when room is needed.",
    why: "Why it is here",
    whyEmpty: "No plan has weighed this file yet. The next one does.",
    points: "Points",
    sum: "Score",
    reason: "Reason",
    because: (text: string, user: string) => `${text} (${user})`,
    whySum: (score: number) => `Score: ${count(score, "en")} of 100`,
    wanted: "Who wants it",
    wantedNobody: "Nobody is named.",
    paths: "Where it is",
    libraryPath: "Library path",
    originalPath: "Where the original lay",
    cachedPath: "Copy on the fast disk",
    method: {
      atomic_copy: "The original is kept, untouched, beside the link that leads to the copy.",
      atomic_symlink: "The original is given up once the copy is in use; going back copies it back first.",
      hardlink: "A hard link, from an import.",
    } satisfies Record<CacheMethod, string>,
    proof: "Proof",
    verified: "Read back and found equal",
    hash: "BLAKE3 of its bytes",
    history: "History",
    historyEmpty: "Nothing is written down.",
    historyMore: "Only the newest 100 entries are shown.",
    by: (who: string) => `by ${who}`,
    facts: "Facts",
    cachedAt: "Cached",
    opened: (number: number) => (number === 1 ? "Opened once" : `Opened ${count(number, "en")} times`),
    lastOpened: "last",
  },
  logged: {
    cache: "Cached",
    restore: "Put back",
    evict: "Left: room was needed, or nobody wants it",
    remove: "Removed",
    orphan: "Copy found missing",
    heal: "Mended",
    supersede: "Replaced by another file",
    attribute: "Wanted by one more",
    pin: "Pinned",
    unpin: "Not pinned any more",
    cleanup: "Cleaned up",
    export: "Exported",
    recover: "Recovered after a stop",
    settings: "Settings changed",
    login: "Logged in",
    plan: "Planned",
    logout: "Logged out",
    account: "Account changed",
    api_key: "API key changed",
    job: "Job changed",
    source: "Source changed",
    reader: "Reader changed",
    forget: "Forgotten",
  } satisfies Record<OperationType, string>,

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
