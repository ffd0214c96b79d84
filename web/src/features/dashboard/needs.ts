/** What a person should look at, gathered from everything that knows of something amiss. Pure. */
import type { Diagnosis, Job, Plan, Reader, Source } from "@/api/schema";
import { t } from "@/strings";

export interface Need {
  id: string;
  /** `loss` does not work, `attention` works and should be looked at. */
  tone: "loss" | "attention";
  title: string;
  detail: string | null;
  at: "failedJobs" | "orphans" | "sources" | "system" | "users";
}

/** What is known; absent is what this reader may not see, or what is not read yet. */
export interface Known {
  diagnosis?: Diagnosis | undefined;
  orphans: number;
  failed: readonly Job[];
  sources?: readonly Source[] | undefined;
  readers?: readonly Reader[] | undefined;
  plan?: Pick<Plan, "sources"> | undefined;
  cacheAway: boolean;
  now: Date;
}

const DAY = 24 * 60 * 60 * 1000;
/** So many names in a sentence. */
const NAMED = 3;

export function gather(known: Known): Need[] {
  const words = t.dashboard.need;
  const needs: Need[] = [];
  const add = (need: Omit<Need, "detail"> & { detail?: string | null | undefined }) =>
    needs.push({ ...need, detail: need.detail ?? null });

  if (known.cacheAway) {
    add({ id: "space", tone: "loss", title: words.spaceAway, detail: words.spaceAwayHint, at: "system" });
  }
  for (const source of known.sources ?? []) fromSource(source, add);
  const readers = known.readers ?? [];
  for (const finding of known.diagnosis?.findings ?? []) {
    if (finding.verdict !== "failure" && finding.verdict !== "warning") continue;
    const ofReaders = finding.check === "other_readers";
    // The list of readers is newer than what the doctor saw of them.
    if (ofReaders && readers.some((reader) => reader.name === finding.subject)) continue;
    add({
      id: `doctor ${finding.check} ${finding.subject}`,
      tone: finding.verdict === "failure" ? "loss" : "attention",
      title: words.finding(finding.subject, finding.says),
      detail: ofReaders ? words.readersHint : finding.fix,
      at: ofReaders ? "sources" : "system",
    });
  }
  if (known.orphans > 0) {
    add({
      id: "orphans",
      tone: "loss",
      title: words.orphans(known.orphans),
      detail: words.orphansHint,
      at: "orphans",
    });
  }
  const failed = known.failed.filter(
    (job) => job.finished_at && known.now.getTime() - new Date(job.finished_at).getTime() < DAY,
  );
  if (failed.length > 0) {
    add({
      id: "failed",
      tone: "attention",
      title: words.failed(failed.length),
      detail: failed[0]?.error?.message,
      at: "failedJobs",
    });
  }
  const blind = [
    ...new Set((known.plan?.sources ?? []).filter((source) => source.problem).map((one) => one.user_id)),
  ].sort();
  if (blind.length > 0) {
    const problems = (known.plan?.sources ?? []).filter((source) => source.problem);
    add({
      id: "blind",
      tone: "attention",
      title: words.blind(t.dashboard.people(blind.slice(0, NAMED), Math.max(0, blind.length - NAMED))),
      detail: problems[0]?.problem?.message,
      at: "users",
    });
  }
  for (const reader of readers) {
    if (reader.sees_cache === true) continue;
    const sure = reader.sees_cache === false;
    add({
      id: `reader ${reader.name}`,
      tone: sure ? "loss" : "attention",
      title: sure ? words.readerBlind(reader.name) : words.readerUnknown(reader.name),
      detail: sure ? words.readerBlindHint : words.readerUnknownHint,
      at: "sources",
    });
  }
  return needs.sort((one, other) => Number(one.tone === "attention") - Number(other.tone === "attention"));
}

function fromSource(
  source: Source,
  add: (need: Omit<Need, "detail"> & { detail?: string | null | undefined }) => void,
): void {
  const words = t.dashboard.need;
  const name = source.name ?? "Plex";
  const here = { id: `source ${source.address}`, at: "sources" } as const;
  if (source.state === "not_connected") {
    add({
      ...here,
      tone: "attention",
      title: words.sourceNotConnected,
      detail: words.sourceNotConnectedHint,
    });
  } else if (source.state === "unreachable") {
    add({ ...here, tone: "loss", title: words.sourceUnreachable(name), detail: source.problem?.message });
  } else if (source.state === "token_refused") {
    add({ ...here, tone: "loss", title: words.sourceToken(name), detail: source.problem?.message });
  } else if (source.cloud_problem) {
    add({ ...here, tone: "attention", title: words.sourceCloud, detail: source.cloud_problem.message });
  }
  if (source.unmapped_files.length > 0) {
    add({
      ...here,
      id: `unmapped ${source.address}`,
      tone: "loss",
      title: words.unmapped(source.unmapped_files.length),
      detail: words.unmappedHint,
    });
  }
}
