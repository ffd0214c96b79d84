import { plural } from "../plural";

export const dashboard = {
  title: "Dashboard",
  space: "Space",
  spaceOf: (capacity: string) => `of ${capacity}`,
  spaceParts: {
    pinned: "pinned",
    wanted: "wanted",
    unwanted: "could go",
    reserved: "being copied",
    free: "free",
  },
  spacePartHints: {
    pinned: "Stays until somebody unpins it.",
    wanted: "Somebody wants it next.",
    unwanted: "Nobody wants it any more; it makes room when room is needed.",
    reserved: "Promised to copies that are being made.",
    free: "What copies may still take.",
  },
  spaceOver: (limit: string) =>
    `More than the limit of ${limit}: the next run gives the least valuable back.`,
  spaceAway:
    "The fast disk is not there, or is not the one of this Cacherr. Nothing is written to it meanwhile.",
  spaceShort:
    "Less is free on the disk than what shall stay free: nothing more is cached until there is room.",
  served: "Served from the fast disk",
  servedOf: (starts: number) => `of ${plural(starts, "start", "starts")} in 30 days`,
  servedNothing: "Nothing was played in the last 30 days.",
  servedNothingHint: "As soon as somebody presses play, it shows here how often the fast disk served it.",
  servedChart: "Starts per day, from the fast disk and from the library",
  servedDay: "Day",
  servedHits: "fast disk",
  servedMisses: "library",
  servedOn: (day: string, hits: number, starts: number) =>
    starts === 0 ? `${day}: nothing was played` : `${day}: ${hits} of ${plural(starts, "start", "starts")}`,
  servedUtc: "per day (UTC)",
  now: "Now",
  playing: "playing",
  playingHits: (hits: number, all: number) =>
    all === 0
      ? "Nobody watches."
      : hits === all
        ? all === 1
          ? "from the fast disk"
          : "all from the fast disk"
        : `${hits} from the fast disk`,
  atWork: "at work",
  copyingRate: (rate: string) => `copying at ${rate}`,
  copyingNone: "Nothing is being copied.",
  waiting: (count: number) => `${plural(count, "job waits", "jobs wait")}`,
  jobs: "Being copied",
  jobsAll: "Queue and history",
  jobsNext: (count: number, size: string) => `Next: ${plural(count, "more", "more")}, ${size}`,
  jobsNone: "Nothing is being copied or put back.",
  jobsNoneNext: (count: number, size: string) =>
    `The next run caches ${plural(count, "file", "files")}, ${size}.`,
  jobsNoneAll: "All that is wanted and has room is on the fast disk.",
  jobsNoneQuiet: (until: string) => `Quiet hours: nothing begins by itself before ${until}.`,
  jobsNonePaused: "Caching is paused: nothing begins by itself.",
  toPlan: "What comes next, and why",
  because: (why: string) => `because: ${why}`,
  watching: "Watching",
  watchingNobody: "Nobody watches anything right now.",
  watchingNobodyHint: "What is played shows here at once, and whether the fast disk serves it.",
  fromCache: "fast disk",
  fromLibrary: "library",
  fromCacheHint: "The copy on the fast disk was there when it began.",
  fromLibraryHint: "It began from the library.",
  began: "began",
  latest: "Latest",
  latestAll: "All that happened",
  latestNothing: "Nothing has happened so far.",
  latestNothingHint: "Every file that is cached or put back is noted here, with who and why.",
  needs: "Needs you",
  needsMore: (count: number) => plural(count, "more finding", "more findings"),
  needsBroken: "does not work",
  needsLook: "should be looked at",
  need: {
    finding: (subject: string, says: string) => (subject ? `${subject}: ${says}` : says),
    readersHint:
      "Say it on the page Sources: to a program that does not see the fast disk every cached file is a broken link.",
    spaceAway: "The fast disk is missing",
    spaceAwayHint:
      "It is not mounted, or is not the one of this Cacherr. Nothing is written or concluded meanwhile.",
    orphans: (count: number) => `${plural(count, "copy is", "copies are")} missing`,
    orphansHint: "Where the original was kept, it is back at its place. Cleaning up forgets these entries.",
    failed: (count: number) => `${plural(count, "job", "jobs")} failed since yesterday`,
    sourceNotConnected: "No media server is connected",
    sourceNotConnectedHint:
      "Without one Cacherr does not know what is wanted, and caches only what is asked for by hand.",
    sourceUnreachable: (name: string) => `${name} does not answer`,
    sourceToken: (name: string) => `${name} does not accept the sign-in`,
    sourceCloud: "plex.tv does not answer as it should",
    unmapped: (count: number) => `${plural(count, "played file lies", "played files lie")} in no library`,
    unmappedHint: "Nothing is cached there. The mapping of the paths is probably not right.",
    blind: (users: string) => `The wishes of ${users} cannot be read`,
    readerBlind: (name: string) => `${name} does not see the fast disk`,
    readerBlindHint:
      "For it every cached file is a broken link. It has to see the cache folder at the same path.",
    readerUnknown: (name: string) => `Does ${name} see the fast disk?`,
    readerUnknownHint: "Nobody knows. If it does not, every cached file is a broken link for it.",
  },
  people: (names: string[], more: number) =>
    more === 0 ? names.join(", ") : `${names.join(", ")} and ${plural(more, "other", "others")}`,
  welcome: "Tell Cacherr where the films are watched",
  welcomeText:
    "Cacherr copies to the fast disk what will be watched next. To know what that is it asks your media server. Until then it caches only what you ask for by hand.",
  welcomeGo: "Connect the media server",
  welcomeByHand: "Cache something by hand",
  nothingYet: "Nothing is cached yet",
  nothingYetText: (asked: string | null) =>
    asked === null
      ? "The sources have not been asked yet. That happens by itself within minutes, and at once when somebody presses play."
      : `The sources were last asked ${asked}. What is played, begun, next or on a watchlist is copied by itself.`,
} as const;
