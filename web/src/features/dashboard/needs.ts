/** What a person should look at, gathered from everything that knows of something amiss. Pure. */
import type { Diagnosis, Job, Plan, Reader, Source } from "@/api/schema";
import { t } from "@/strings";

export interface Need {
  id: string;
  /** `loss` does not work, `attention` works and should be looked at. */
  tone: "loss" | "attention";
  title: string;
  detail: string | null;
  to: "/activity" | "/cached" | "/plan" | "/settings" | "/sources" | "/system" | "/users";
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
    add({ id: "space", tone: "loss", title: words.spaceAway, detail: words.spaceAwayHint, to: "/system" });
  }
  for (const source of known.sources ?? []) fromSource(source, add);
  for (const finding of known.diagnosis?.findings ?? []) {
    if (finding.verdict !== "failure" && finding.verdict !== "warning") continue;
    add({
      id: `doctor ${finding.check} ${finding.subject}`,
      tone: finding.verdict === "failure" ? "loss" : "attention",
      title: finding.says,
      detail: finding.fix,
      to: "/system",
    });
  }
  if (known.orphans > 0) {
    add({
      id: "orphans",
      tone: "loss",
      title: words.orphans(known.orphans),
      detail: words.orphansHint,
      to: "/cached",
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
      to: "/activity",
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
      to: "/users",
    });
  }
  for (const reader of known.readers ?? []) {
    if (reader.sees_cache === true) continue;
    const sure = reader.sees_cache === false;
    add({
      id: `reader ${reader.name}`,
      tone: sure ? "loss" : "attention",
      title: sure ? words.readerBlind(reader.name) : words.readerUnknown(reader.name),
      detail: sure ? words.readerBlindHint : words.readerUnknownHint,
      to: "/system",
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
  const at = { id: `source ${source.address}`, to: "/sources" } as const;
  if (source.state === "not_connected") {
    add({ ...at, tone: "attention", title: words.sourceNotConnected, detail: words.sourceNotConnectedHint });
  } else if (source.state === "unreachable") {
    add({ ...at, tone: "loss", title: words.sourceUnreachable(name), detail: source.problem?.message });
  } else if (source.state === "token_refused") {
    add({ ...at, tone: "loss", title: words.sourceToken(name), detail: source.problem?.message });
  } else if (source.cloud_problem) {
    add({ ...at, tone: "attention", title: words.sourceCloud, detail: source.cloud_problem.message });
  }
  if (source.unmapped_files.length > 0) {
    add({
      ...at,
      id: `unmapped ${source.address}`,
      tone: "loss",
      title: words.unmapped(source.unmapped_files.length),
      detail: words.unmappedHint,
    });
  }
}
