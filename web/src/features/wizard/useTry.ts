/** Asks what the server would say to these changes, and writes nothing: what it refuses, it refuses in words. */
import { useDebouncedValue } from "@mantine/hooks";
import { $api } from "@/api/client";
import type { SettingChangeRequest } from "@/api/schema";

const CALM = 500;

export interface Tried {
  /** Whether exactly these changes could be written. */
  isSound: boolean;
  error: unknown;
}

export function useTry(changes: readonly SettingChangeRequest[]): Tried {
  const now = JSON.stringify(changes);
  const [settled] = useDebouncedValue(now, CALM);
  const tried: SettingChangeRequest[] = JSON.parse(settled);
  const read = $api.useQuery(
    "patch",
    "/api/settings",
    { body: { dry_run: true, changes: tried } },
    { enabled: settled === now && tried.length > 0, staleTime: 5_000, retry: false },
  );
  if (changes.length === 0) return { isSound: true, error: null };
  return { isSound: settled === now && read.isSuccess, error: settled === now ? read.error : null };
}
