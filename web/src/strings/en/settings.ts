import { plural } from "../plural";

export const settings = {
  title: "Settings",
  lead: "They live in one file; this page writes it, and so may you.",
  parts: "Groups of settings",
  find: "Find a setting",
  found: (count: number) => plural(count, "setting", "settings"),
  foundNone: (words: string) => `No setting has “${words}” in its name or description.`,
  changed: "changed",
  changedCount: (count: number) => plural(count, "change", "changes"),

  // Where a value comes from
  origin: {
    default: "as by default",
    file: (line: number | null) => (line === null ? "from the file" : `from the file, line ${line}`),
    environment: (name: string | null) => `from the environment${name ? `, ${name}` : ""}`,
    argument: (name: string | null) => `from the command line${name ? `, ${name}` : ""}`,
  },
  pinned: {
    environment: (name: string | null) =>
      `${name ?? "The environment"} sets this and goes before the file. To change it here, remove it there and restart.`,
    argument: (name: string | null) =>
      `${name ?? "An argument"} on the command line sets this and goes before the file. To change it here, start without it.`,
    other: "This cannot be changed while Cacherr runs.",
  },
  toDefault: "Back to the default",
  unset: "Leave it unset",
  unsetOf: (name: string) => `Leave it unset: ${name}`,
  toDefaultOf: (name: string, value: string) => `Back to the default${value ? `, ${value}` : ""}: ${name}`,
  undo: "Undo",
  undoOf: (name: string) => `Undo: ${name}`,
  defaultIs: (value: string) => `default: ${value}`,
  notSet: "not set",
  empty: "empty",
  secretSet: "set, and never shown",
  yes: "Yes",
  no: "No",
  asUsual: "As for the others",
  addItem: "Type, then Enter",
  such: (example: string) => `such as ${example}`,

  // Libraries and users
  addEntry: { library: "Add a library", user: "Add somebody" } as Record<string, string>,
  addAny: (table: string) => `Add to ${table}`,
  entryNew: { library: "New library", user: "Somebody new" } as Record<string, string>,
  entryAny: "New entry",
  entryNone: {
    library: "No libraries yet. Without one, nothing can be cached.",
    user: "Nobody is an exception: what the groups Sources and Plan say holds for everybody.",
  } as Record<string, string>,
  entryRemove: (name: string) => `Remove ${name}`,
  entryKeep: "Keep it",
  entryGoes: "will be removed when you save",
  entryAllOf: (type: string) =>
    ({ owner: "The owner", home: "Everybody in the Plex Home", shared: "Everybody shared with" })[type] ??
    type,
  entriesPinned: "The environment names some of these, so they are added there.",

  // Saving
  bar: "What is not saved yet",
  discard: "Discard",
  discardTitle: "Discard what you changed?",
  discardSays: (count: number) => `${plural(count, "change", "changes")} will be lost.`,
  review: "Review and save…",
  reviewTitle: "Save these settings?",
  what: "Setting",
  from: "Now",
  to: "Then",
  removedEntry: "removed",
  addedEntry: "new",
  reviewFile: (file: string) => `They are written to ${file}.`,
  reviewKept: (name: string) => `The file as it is now is kept beside it as ${name}.`,
  reviewRestart:
    "Cacherr then starts anew with them, within seconds. Files stay readable all the while; copies that run go on.",
  reviewMoves: "Cacherr may answer at another address afterwards, and this page with it.",
  save: "Save and use them",
  saved: (kept: string) => `Saved. The previous version is kept as ${kept}.`,
  savedNew: "Saved.",
  checking: "Checking",
  wrong: (count: number) => `${plural(count, "thing is", "things are")} not possible like this`,
  fits: "Cacherr can work with this",

  // Leaving
  leaveTitle: "Leave without saving?",
  leaveSays: (count: number) => `${plural(count, "change", "changes")} would be lost.`,
  leave: "Leave",
  stay: "Stay here",

  // Changed meanwhile
  conflictTitle: "The settings were changed meanwhile",
  conflictSays:
    "Somebody else saved, or the file was edited. What you typed is kept. Look at it and save again.",
  conflictChanged: "Changed meanwhile:",
  conflictLost: "No longer there, so what you typed for it is gone:",

  // The file
  problemsTitle: "The file on the disk cannot be used",
  problemsSays:
    "Cacherr goes on with the settings that it had. Mend the file; it is looked at again by itself.",
  warningsTitle: "To be considered",
  pendingTitle: "Saved, and not in use yet",
  pendingSays: "Cacherr uses them after it has started anew.",
  pendingApply: "Start anew with them",
  fileMissing: (file: string) => `There is no file yet; ${file} is made when you save.`,
  fileIs: "File",
} as const;
