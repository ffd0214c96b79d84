/** Step 5: how much of the fast disk, and what happens to originals. */
import { Radio, Stack } from "@mantine/core";
import { useState } from "react";
import type { SettingChangeRequest } from "@/api/schema";
import { ErrorNotice } from "@/components/Notice";
import { Warning } from "@/components/Warning";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { settingOf, useSettings } from "../reading";
import { pinnedBy, SettingField } from "../SettingField";
import { StepFrame, type Steps } from "../StepFrame";
import { useProbe } from "../useProbe";
import { useSave } from "../useSave";
import { useTry } from "../useTry";
import classes from "../wizard.module.css";

const say = t.wizard.behaviour;
const KEYS = ["cache.limit", "cache.min_free", "cache.mode"] as const;
type Key = (typeof KEYS)[number];

/** What is said of each is to be read before it is chosen. */
const RADIO = { label: { fontWeight: 600 }, description: { fontSize: 13 } };

export function BehaviourStep({ steps }: { steps: Steps }) {
  const settings = useSettings().data?.data.settings ?? [];
  const [typed, setTyped] = useState<Partial<Record<Key, string>>>({});
  const { save, isSaving, error } = useSave();
  const setting = (key: Key) => settingOf(settings, key);
  const shown = (key: Key) => typed[key] ?? setting(key)?.value ?? setting(key)?.default ?? "";
  const set = (key: Key) => (value: string) => setTyped((old) => ({ ...old, [key]: value }));
  const dir = settingOf(settings, "cache.dir")?.value;
  const { probe } = useProbe(dir ? { kind: "cache_dir", path: dir } : null);
  const changes: SettingChangeRequest[] = KEYS.filter(
    (key) =>
      typed[key] !== undefined && typed[key]?.trim() !== (setting(key)?.value ?? setting(key)?.default ?? ""),
  ).map((key) => ({ key, value: typed[key]?.trim() || null }));
  const tried = useTry(changes);
  const { volume_free: free, volume_total: total } = probe?.facts ?? {};
  return (
    <StepFrame
      step="behaviour"
      title={say.title}
      says={free && total ? t.wizard.cache.volume(bytes(free), bytes(total)) : ""}
      steps={steps}
      mayGoOn={tried.isSound}
      isBusy={isSaving}
      onNext={() => save(changes)}
    >
      <SettingField
        setting={setting("cache.limit")}
        label={say.limit}
        hint={say.limitHint}
        value={shown("cache.limit")}
        onChange={set("cache.limit")}
      />
      <SettingField
        setting={setting("cache.min_free")}
        label={say.minFree}
        hint={say.minFreeHint}
        value={shown("cache.min_free")}
        onChange={set("cache.min_free")}
      />
      <Radio.Group
        label={say.mode}
        description={pinnedBy(setting("cache.mode"))}
        readOnly={pinnedBy(setting("cache.mode")) !== null}
        value={shown("cache.mode") || "copy"}
        onChange={set("cache.mode")}
      >
        <Stack gap="xs" mt={8} maw={680}>
          <Mode value="copy" label={say.copy} says={say.copySays} />
          <Mode value="move" label={say.move} says={say.moveSays} />
        </Stack>
      </Radio.Group>
      {shown("cache.mode") === "move" && <Warning>{say.moveWarning}</Warning>}
      {tried.error !== null && <ErrorNotice error={tried.error} />}
      {error !== null && <ErrorNotice error={error} />}
    </StepFrame>
  );
}

function Mode({ value, label, says }: { value: string; label: string; says: string }) {
  return (
    <div className={classes.mode}>
      <Radio value={value} label={label} description={says} styles={RADIO} />
    </div>
  );
}
