/** Step 2: where the copies lie. What could harm is refused in words, before anything is written there. */
import { Progress, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { ErrorNotice } from "@/components/Notice";
import { Warning } from "@/components/Warning";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { Checks } from "../Checks";
import { trimmed } from "../libraries";
import { settingOf, useSettings } from "../reading";
import { pinnedBy, SettingField } from "../SettingField";
import { StepFrame, type Steps } from "../StepFrame";
import { useProbe } from "../useProbe";
import { useSave } from "../useSave";
import { useTry } from "../useTry";

const say = t.wizard.cache;

export function CacheStep({ steps }: { steps: Steps }) {
  const settings = useSettings().data?.data.settings ?? [];
  const setting = settingOf(settings, "cache.dir");
  const [typed, setTyped] = useState<string | null>(null);
  const { save, isSaving, error } = useSave();
  const saved = setting && setting.origin.kind !== "default" ? (setting.value ?? "") : "";
  const path = trimmed(typed ?? saved);
  const isPath = path.startsWith("/");
  const probed = useProbe(isPath ? { kind: "cache_dir", path } : null);
  const facts = probed.probe?.facts;
  const shared = facts?.device_shared_with ?? [];
  const isSame = pinnedBy(setting) !== null || path === saved;
  const changes = isSame || !isPath ? [] : [{ key: "cache.dir", value: path }];
  const tried = useTry(changes);
  return (
    <StepFrame
      step="cache"
      title={say.title}
      says={say.says}
      steps={steps}
      mayGoOn={(probed.probe?.ok ?? false) && tried.isSound}
      isBusy={isSaving}
      onNext={() => save(changes)}
    >
      <SettingField
        setting={setting}
        label={say.folder}
        hint={say.folderHint}
        value={typed ?? saved}
        onChange={setTyped}
        error={path !== "" && !isPath ? say.absolute : null}
        placeholder={say.placeholder}
        isPath
      />
      <Checks probed={probed} />
      {tried.error !== null && <ErrorNotice error={tried.error} />}
      {facts?.volume_total && facts.volume_free !== null && facts.volume_free !== undefined && (
        <Volume free={facts.volume_free} total={facts.volume_total} />
      )}
      {shared.length > 0 && <Warning>{say.shared(new Intl.ListFormat("en").format(shared))}</Warning>}
      {error !== null && <ErrorNotice error={error} />}
    </StepFrame>
  );
}

function Volume({ free, total }: { free: number; total: number }) {
  const words = say.volume(bytes(free), bytes(total));
  return (
    <Stack gap={4} maw={560}>
      <Progress
        value={(1 - free / total) * 100}
        size={6}
        aria-label={words}
        color="var(--state-quiet-fill)"
      />
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </Stack>
  );
}
