/** Tries what somebody types, once they have stopped typing for a moment. */
import { useDebouncedValue } from "@mantine/hooks";
import { $api } from "@/api/client";
import type { Probe, ProbeRequest } from "@/api/schema";

const CALM = 500;

export interface Probed {
  /** What was found out about exactly what is asked about now. */
  probe: Probe | null;
  isLooking: boolean;
  error: unknown;
  again(): void;
}

export function useProbe(request: ProbeRequest | null): Probed {
  const now = request ? JSON.stringify(request) : null;
  const [settled] = useDebouncedValue(now, CALM);
  const body: ProbeRequest = settled ? JSON.parse(settled) : { kind: "plex" };
  const isAsked = now !== null && settled === now;
  const read = $api.useQuery(
    "post",
    "/api/system/probe",
    { body },
    { enabled: isAsked, staleTime: 30_000, retry: false },
  );
  return {
    probe: isAsked ? (read.data?.data ?? null) : null,
    isLooking: now !== null && (!isAsked || read.isFetching),
    error: isAsked ? read.error : null,
    again: () => void read.refetch(),
  };
}
