/** What the wizard reads of the server: it remembers nothing itself. */
import { useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { Setting } from "@/api/schema";
import { configured } from "./libraries";
import type { SetUp } from "./state";

const LOOK_EVERY = 3_000;

export function useSettings() {
  return $api.useQuery("get", "/api/settings");
}

export function useSource() {
  const read = $api.useQuery("get", "/api/sources", {}, { refetchInterval: LOOK_EVERY });
  return { ...read, source: read.data?.data.sources[0] ?? null };
}

export function useReaders() {
  return $api.useQuery("get", "/api/system/readers");
}

/** How far the set-up is; null until everything was read, or why that failed. */
export function useSetUp(): { setUp: SetUp | null; error: unknown; retry(): void } {
  const queries = useQueryClient();
  const settings = useSettings();
  const { source, ...sources } = useSource();
  const readers = useReaders();
  const cached = $api.useQuery("get", "/api/cached/files", {
    params: { query: { limit: 1, status: "active" } },
  });
  const error = settings.error ?? sources.error ?? readers.error ?? cached.error;
  if (!settings.data || !readers.data || !cached.data || sources.isPending) {
    return { setUp: null, error, retry: () => void queries.refetchQueries({ type: "active" }) };
  }
  const all = settings.data.data.settings;
  return {
    setUp: {
      isConnected: source?.state === "connected",
      hasCacheDir: isSet(settingOf(all, "cache.dir")),
      libraries: configured(all).length,
      readers: readers.data.data.readers.length,
      pending: settings.data.data.pending.length,
      cached: cached.data.data.pagination.total_count,
    },
    error: null,
    retry: () => {},
  };
}

export function settingOf(settings: readonly Setting[], key: string): Setting | null {
  return settings.find((setting) => setting.key === key) ?? null;
}

/** Whether somebody said so; a default is nobody's word. */
function isSet(setting: Setting | null): boolean {
  return (
    setting !== null && setting.value !== null && setting.value !== "" && setting.origin.kind !== "default"
  );
}
