import { describe, expect, it } from "vitest";
import type { Job, PlanSource, Source } from "@/api/schema";
import { gather, type Known } from "./needs";

const now = new Date("2026-01-10T12:00:00Z");
const well: Known = { orphans: 0, failed: [], cacheAway: false, now };

const job = (finished_at: string): Job => ({
  id: finished_at,
  kind: "cache",
  state: "failed",
  paused: false,
  file_id: null,
  path: "/media/a.mkv",
  bytes_done: 0,
  bytes_total: 1,
  rate: 0,
  error: { code: "file_busy", message: "it is open for writing" },
  triggered_by: "system",
  created_at: finished_at,
  finished_at,
  cleanup: null,
  batch: null,
  plan: null,
});

const source: Source = {
  kind: "plex",
  address: "http://media:32400",
  name: "Home",
  version: null,
  state: "connected",
  since: "2026-01-10T00:00:00Z",
  asked_at: null,
  cloud_asked_at: null,
  cloud_problem: null,
  listening_since: null,
  problem: null,
  proposals: [],
  sections: [],
  signed_in: null,
  unmapped_files: [],
} as unknown as Source;

describe("gather", () => {
  it("finds nothing where all is well", () => {
    expect(
      gather({
        ...well,
        sources: [source],
        diagnosis: { failures: 0, warnings: 0, ran_at: null, findings: [] },
        readers: [
          { name: "Sonarr", kind: "other", noted_at: "2026-01-01T00:00:00Z", sees_cache: true } as never,
        ],
      }),
    ).toEqual([]);
  });

  it("names what does not work before what should be looked at", () => {
    const needs = gather({
      ...well,
      failed: [job("2026-01-10T11:00:00Z")],
      orphans: 2,
    });
    expect(needs.map((need) => [need.id, need.tone])).toEqual([
      ["orphans", "loss"],
      ["failed", "attention"],
    ]);
  });

  it("forgets a failure after a day", () => {
    expect(gather({ ...well, failed: [job("2026-01-09T11:59:59Z")] })).toEqual([]);
    expect(gather({ ...well, failed: [job("2026-01-09T12:00:01Z")] })).toHaveLength(1);
  });

  it("takes over what the doctor says, and leaves out what is well or was not seen", () => {
    const finding = {
      check: "swap",
      subject: "Movies",
      says: "It cannot swap.",
      fix: "Use link_rename.",
    } as const;
    const needs = gather({
      ...well,
      diagnosis: {
        failures: 1,
        warnings: 0,
        ran_at: null,
        findings: [
          { ...finding, verdict: "failure" },
          { ...finding, subject: "Series", verdict: "ok" },
          { ...finding, subject: "Music", verdict: "unknown" },
        ],
      },
    });
    expect(needs).toHaveLength(1);
    expect(needs[0]).toMatchObject({
      title: "Movies: It cannot swap.",
      detail: "Use link_rename.",
      tone: "loss",
    });
  });

  it("tells a source that does not answer from one where nobody signed in", () => {
    const told = (state: Source["state"]) => gather({ ...well, sources: [{ ...source, state }] })[0];
    expect(told("unreachable")?.tone).toBe("loss");
    expect(told("not_connected")?.tone).toBe("attention");
    expect(told("connecting")).toBeUndefined();
  });

  it("names people whose wishes cannot be read once each", () => {
    const blind = (user_id: string, kind: string) =>
      ({
        user_id,
        source: kind,
        problem: { code: "sign_in_needed", message: "They have to sign in." },
      }) as PlanSource;
    const needs = gather({
      ...well,
      plan: {
        sources: [blind("user2", "on_deck"), blind("user1", "watchlist"), blind("user2", "watchlist")],
      },
    });
    expect(needs[0]?.title).toBe("The wishes of user1, user2 cannot be read");
    expect(needs[0]?.detail).toBe("They have to sign in.");
  });

  it("believes the list of readers more than what the doctor saw of them", () => {
    const reader = { name: "Jellyfin", kind: "other", noted_at: "2026-01-01T00:00:00Z", sees_cache: true };
    const finding = { check: "other_readers", says: "It does not.", fix: null, verdict: "failure" } as const;
    const diagnosis = (subject: string) => ({
      failures: 1,
      warnings: 0,
      ran_at: null,
      findings: [{ ...finding, subject }],
    });
    expect(gather({ ...well, readers: [reader as never], diagnosis: diagnosis("Jellyfin") })).toEqual([]);
    expect(gather({ ...well, readers: [reader as never], diagnosis: diagnosis("") })).toHaveLength(1);
  });

  it("asks about readers of whom nobody knows", () => {
    const reader = { name: "Jellyfin", kind: "other", noted_at: "2026-01-01T00:00:00Z" };
    const told = (sees_cache: boolean | null) =>
      gather({ ...well, readers: [{ ...reader, sees_cache } as never] });
    expect(told(null)[0]?.tone).toBe("attention");
    expect(told(false)[0]?.tone).toBe("loss");
  });
});
