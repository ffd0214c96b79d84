/** The settings as they are, what was changed and not saved yet, and whether Cacherr could work with that. */
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { problemOf } from "@/api/problem";
import { complaintsOf, readSettings, SETTINGS, saveSettings, trySettings } from "./api";
import { carryOver, changedMeanwhile, type Different } from "./carry";
import { changesOf, type Draft, EMPTY, isEmpty, localKey } from "./draft";
import type { Change, Complaint, Saved, Settings } from "./model";

const TYPING = 400;
const NO_COMPLAINTS: readonly Complaint[] = [];

/** Somebody else saved while something was being changed here. */
export interface Conflict {
  changed: Different[];
  lost: Different[];
}

export type Check = "nothing" | "checking" | "fits" | "wrong" | "unknown";

export function useSettings() {
  const queries = useQueryClient();
  const read = useQuery({ queryKey: SETTINGS, queryFn: readSettings });
  const [settings, setSettings] = useState<Settings | null>(null);
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [conflict, setConflict] = useState<Conflict | null>(null);

  // What is read anew becomes the ground of the draft; a draft on other ground is carried over to it first.
  if (read.data && read.data !== settings) {
    if (settings && settings.version !== read.data.version && !isEmpty(draft)) {
      const { draft: carried, lost } = carryOver(draft, settings, read.data);
      setDraft(carried);
      setConflict({ changed: changedMeanwhile(settings, read.data), lost });
    }
    setSettings(read.data);
  }

  const changes = useMemo(() => (settings ? changesOf(draft, settings) : []), [draft, settings]);
  const checked = useCheck(settings?.version ?? "", changes);
  const isOutdated = wasOvertaken(checked.error);
  const { refetch } = read;
  useEffect(() => {
    if (isOutdated) void refetch();
  }, [isOutdated, refetch]);

  const save = useMutation({
    mutationFn: () => saveSettings(settings?.version ?? "", changes),
    onSuccess: (saved: Saved) => {
      setDraft(EMPTY);
      setConflict(null);
      queries.setQueryData(SETTINGS, saved);
    },
    onError: (error) => {
      if (wasOvertaken(error)) void refetch();
    },
  });

  const complaints = useMemo(() => {
    if (!settings || isEmpty(draft)) return NO_COMPLAINTS;
    const error = checked.error;
    if (error === null || problemOf(error).code === "unreachable" || isOutdated) return NO_COMPLAINTS;
    return complaintsOf(problemOf(error)).map(({ key, message }) => ({
      key: key === null ? null : localKey(key, draft, settings),
      message,
    }));
  }, [settings, draft, checked.error, isOutdated]);

  const check: Check = isEmpty(draft)
    ? "nothing"
    : checked.isWaiting
      ? "checking"
      : complaints.length > 0
        ? "wrong"
        : checked.error === null
          ? "fits"
          : "unknown";

  return {
    read,
    settings,
    draft,
    setDraft,
    discard: () => {
      setDraft(EMPTY);
      setConflict(null);
    },
    conflict,
    forgetConflict: () => setConflict(null),
    complaints,
    check,
    /** What would be to be considered, and is not so already. */
    warnings: checked.warnings.filter((one) => !settings?.warnings.includes(one)),
    save,
  };
}

/** Whether somebody else was quicker: then the file is read again, and the draft carried over. */
function wasOvertaken(error: unknown): boolean {
  return error !== null && problemOf(error).code === "settings_changed";
}

/** Asks the server, once somebody stops typing, whether it could work with the changes. */
function useCheck(version: string, changes: Change[]) {
  const wanted = changes.length === 0 ? "" : JSON.stringify(changes);
  const [settled] = useDebouncedValue(wanted, TYPING);
  const asked = useQuery({
    queryKey: ["settings: would it do?", version, settled],
    queryFn: () => trySettings(version, JSON.parse(settled) as Change[]),
    enabled: settled !== "" && settled === wanted && version !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    // What was wrong stays marked until it is known whether it still is.
    placeholderData: (old) => old,
  });
  return {
    error: settled === "" ? null : asked.error,
    /** What should be known of it; nothing where it would not do. */
    warnings: settled === "" || asked.error !== null ? [] : (asked.data?.warnings ?? []),
    isWaiting: settled !== wanted || asked.isFetching,
  };
}
