/** Writes down what was said. It counts from the next start on, for which the last step asks. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "@/api/client";
import type { SettingChangeRequest } from "@/api/schema";
import { useSettings } from "./reading";

export interface Save {
  isSaving: boolean;
  error: unknown;
  /** Whether it is written. */
  save(changes: readonly SettingChangeRequest[]): Promise<boolean>;
}

export function useSave(): Save {
  const queries = useQueryClient();
  const settings = useSettings();
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async (changes: readonly SettingChangeRequest[]): Promise<boolean> => {
    setError(null);
    if (changes.length === 0) return true;
    setSaving(true);
    try {
      await client.PATCH("/api/settings", {
        body: {
          ...(settings.data ? { version: settings.data.data.version } : {}),
          apply: false,
          changes: [...changes],
        },
      });
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      await queries.invalidateQueries({ queryKey: ["get", "/api/settings"] });
      setSaving(false);
    }
  };
  return { isSaving, error, save };
}
