/** What proves that a cached file is read: the media server's own word, as the doctor brings it. Pure. */
import type { FileStatus, Finding } from "@/api/schema";

export type ProofKind = "reads" | "served" | "refused" | "unknown";

/** Why a file went back by itself: the media server said that it cannot read it. */
export const NOT_READ = "not_read_by_media_server";

export interface Evidence {
  status: FileStatus;
  /** The reason of the newest entry of its history that is no caching. */
  reasons: readonly string[];
  findings: readonly Finding[];
  isConnected: boolean;
}

export function judge({ status, reasons, findings, isConnected }: Evidence): ProofKind {
  if (status !== "active") return reasons.includes(NOT_READ) ? "refused" : "unknown";
  const verdict = findings.find((finding) => finding.check === "link_readable")?.verdict;
  if (verdict === "failure") return "refused";
  if (!isConnected) return "served";
  return verdict === "ok" ? "reads" : "unknown";
}
