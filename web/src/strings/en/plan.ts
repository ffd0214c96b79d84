import type { PlanCause, PlanSourceKind } from "@/api/schema";
import { plural } from "../plural";

export const plan = {
  title: "Plan",
  lead: "What the next run does, and why. It is drawn up from what the sources said last, and changes as they do.",
  run: "Run now",
  runHint: "Asks the sources, plans anew, and carries it out.",
  runPaused: "Caching is paused. Resume it, and runs happen again.",
  runAsking: "The sources are asked, and what they say is carried out.",
  runQueued: "A run goes on already; this one follows it.",
  runDone: (cached: number, given: number, waiting: number, failed: number) =>
    cached + given + waiting + failed === 0
      ? "The run is done: nothing had to change."
      : `The run is done: ${[
          cached > 0 ? `${plural(cached, "file", "files")} asked for` : null,
          given > 0 ? `${given} given back` : null,
          waiting > 0 ? `${waiting} wait for room or for the end of quiet hours` : null,
          failed > 0 ? `${failed} put off` : null,
        ]
          .filter(Boolean)
          .join(", ")}.`,
  runFailed: "The run failed.",
  toQueue: "To the queue",
  pause: "Pause caching",
  pauseHint:
    "Nothing is cached or given back by itself until it is resumed. By hand everything works all the same.",
  resume: "Resume caching",
  resumeHint: "What is wanted is cached by itself again.",
  pausedBy: (who: string, since: string) =>
    `Paused by ${who}, ${since}. What people ask for by hand is still done.`,
  quiet: (until: string) => `Quiet hours: nothing is cached or given back by itself before ${until}.`,
  unsure: "Something could not be looked at, so nothing is given back for want of wishes this time.",
  asked: "Sources asked",
  neverAsked: "not since the start",
  room: "Room",
  roomLeft: (left: string) => `${left} left`,
  roomOf: (used: string, capacity: string) => `${used} of ${capacity} used`,
  stays: "Stays",
  staysWanted: (wanted: number, unwanted: number) =>
    unwanted === 0 ? "all of them wanted" : `${wanted} wanted, ${unwanted} kept without being wanted`,
  staysHint:
    "What nobody wants stays while it is pinned, playing, young, or of a source that cannot be asked.",
  files: (count: number) => plural(count, "file", "files"),
  sum: (files: number, size: string) =>
    files === 0 ? "nothing" : `${plural(files, "file", "files")}, ${size}`,
  schedule:
    "By itself a run begins every 15 minutes and when the media server says that something changed, unless the settings have a schedule.",
  scheduleSet: "Schedule and quiet hours",
  views: "What to show",
  cache: "Will be cached",
  give_back: "Will go back",
  attribute: "One more wants it",
  refused: "Not cached",
  unresolved: "Not found",
  sources: "Sources",
  leads: {
    cache: "The most valuable first. It is copied in this order.",
    give_back: "The least valuable first. Originals are put back before anything new is copied.",
    attribute: "Files that stay, and that somebody more wants or wants for a stronger reason.",
    refused: "Wishes that bring nothing, and why.",
    unresolved: "What is wished for, and is none of the files of the libraries.",
    sources:
      "What each source of each user said last. What a source does not say any more is not wanted any more; what it could not be asked stays.",
  },
  nothing: {
    cache: "Nothing will be cached",
    give_back: "Nothing will go back",
    attribute: "Nobody joins",
    refused: "Nothing is refused",
    unresolved: "Everything was found",
    sources: "No sources",
  },
  nothingHint: {
    cache: "All that is wanted, and has room, is on the fast disk already.",
    give_back: "Everything on the fast disk is wanted, or nothing needs its room.",
    attribute: "Whoever wants something that is cached is known already.",
    refused: "Every wish is followed.",
    unresolved: "Every wish is a file of one of the libraries.",
    sources: "No media server has told of users yet.",
  },
  priority: (points: number) => `${points} points`,
  priorityHint: "What it is worth, from 0 to 100: where room is short the least valuable goes first.",
  because: "Points",
  points: (points: number) => (points > 0 ? `+${points}` : points < 0 ? `−${-points}` : "0"),
  wantedBy: (who: string, why: string) => `${who}: ${why}`,
  cause: {
    not_wanted: "nobody wants it any more",
    room_needed: "its room is needed",
  } satisfies Record<PlanCause, string>,
  parts: (count: number) => `${plural(count, "file", "files")} in all`,
  details: "Details",
  columns: {
    title: "What",
    why: "Why",
    who: "Who",
    size: "Size",
    priority: "Points",
    file: "File",
    user: "User",
    source: "Source",
    items: "Names",
    answered: "Last answer",
    state: "State",
    path: "As the media server says",
  },
  sourceKind: {
    on_deck: "On Deck",
    continue_watching: "begun",
    watchlist: "watchlist",
    feed: "watchlist feed",
    manual: "by hand",
  } satisfies Record<PlanSourceKind, string>,
  sourceWell: "answers",
  sourceNotAsked: "not asked",
  sourceProblem: "does not answer",
  sourceHolds: (until: string) => `What it said holds until ${until}.`,
  sourceBlind: "Nobody can say what it does not want, so nothing that it may want is given back.",
  items: (count: number) => plural(count, "film or episode", "films and episodes"),
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  previous: "Page before",
  nextPage: "Next page",
} as const;
