import { plural } from "../plural";

export const putBack = {
  command: "Put everything back…",
  commandHint: "Every original returns to its place; the fast disk is emptied.",
  title: "Put everything back",
  counting: "Looking what is cached",
  nothing: "Nothing is cached: every original is at its place.",
  what: (files: number, size: string) =>
    `${plural(files, "original returns", "originals return")} to their places, and ${size} of the fast disk become free.`,
  how: "Each path leads to the same bytes at every instant. The copies go a moment later; nothing of your library is deleted.",
  watching: (people: number) =>
    people === 1
      ? "One person is watching something that is cached. That goes on without a break, from then on from the library."
      : `${people} people are watching something that is cached. That goes on without a break, from then on from the library.`,
  copying: (jobs: number) => `${plural(jobs, "copy", "copies")} in the making or waiting will be called off.`,
  move: "Where the original was given up (move mode) it is copied back first; that takes its time.",
  hold: "What was put back is not cached again for the same wishes for three days, unless somebody plays it.",
  pause: "and cache nothing by itself until I say so",
  pauseHint: "Otherwise what is wanted is cached again as soon as it is wanted anew.",
  go: "Put everything back",
  orphans: (count: number) =>
    `Of ${plural(count, "file", "files")} the copy is missing; where the original was kept it is back already.`,
  goingOn: "Originals are being put back",
  goingOnHint: "You may close this; it goes on, and Activity shows it.",
  progress: (done: number, all: number) => `${done} of ${plural(all, "file", "files")}`,
  done: "All originals are back at their places.",
  doneSome: (count: number) => `${plural(count, "original is", "originals are")} back at their places.`,
  failed: (count: number) => `${plural(count, "file was", "files were")} not put back:`,
  failedMore: (count: number) => `${plural(count, "more is", "more are")} in the history.`,
  failedHint: "These still lead to their copies on the fast disk, which stay. Nothing was lost.",
  left: (count: number) => `${plural(count, "file was", "files were")} cached meanwhile.`,
  again: "Put these back too",
  toHistory: "To the history",
  cancelled: "It was called off. What was put back stays so; the rest leads to its copies as before.",
  notPaused: "Caching goes on by itself: what is wanted anew is cached anew.",
  isPaused: "Nothing is cached by itself until it is resumed on the page Plan.",
} as const;
