/**
 * What is done already and where to go on, from what the server has: nothing is remembered here, so any browser goes on
 * where another one left. Pure.
 */

export const STEPS = ["plex", "cache", "libraries", "readers", "behaviour", "summary", "first"] as const;
export type StepName = (typeof STEPS)[number];
export type StepMark = "done" | "open" | "optional";

export interface SetUp {
  isConnected: boolean;
  hasCacheDir: boolean;
  libraries: number;
  readers: number;
  /** Settings that are written down and not in force. */
  pending: number;
  /** Files that are cached or were. */
  cached: number;
}

export function marksOf(setUp: SetUp): Record<StepName, StepMark> {
  const isWritten = setUp.hasCacheDir && setUp.libraries > 0;
  const isInForce = isWritten && setUp.pending === 0;
  return {
    plex: setUp.isConnected ? "done" : "open",
    cache: setUp.hasCacheDir ? "done" : "open",
    libraries: setUp.libraries > 0 ? "done" : "open",
    // Nobody has to be named, and every limit has a default: they are done with what follows them.
    readers: setUp.readers > 0 || isInForce ? "done" : "optional",
    behaviour: isInForce ? "done" : "optional",
    summary: isInForce ? "done" : "open",
    first: setUp.cached > 0 ? "done" : "open",
  };
}

/** The first step that waits for somebody. */
export function resumeAt(setUp: SetUp): StepName {
  const marks = marksOf(setUp);
  const needed = STEPS.find((step) => marks[step] === "open");
  // Between the libraries and the end lie the two that may be passed over: who comes back sees them once.
  if (needed === "summary") return "readers";
  return needed ?? "first";
}
