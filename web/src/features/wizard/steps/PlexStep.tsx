/** Step 1: where the media server is, and by whose leave it is asked. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconCheck, IconPlugConnected, IconRefresh } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { askPlexSignIn, beginPlexSignIn } from "@/api/plexSignIn";
import type { Source } from "@/api/schema";
import { ErrorNotice } from "@/components/Notice";
import { PlexConsent } from "@/components/PlexConsent";
import { State } from "@/components/State";
import { Warning } from "@/components/Warning";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import { Checks } from "../Checks";
import { Restarting } from "../Restarting";
import { settingOf, useSettings, useSource } from "../reading";
import { pinnedBy, SettingField } from "../SettingField";
import { StepFrame, type Steps } from "../StepFrame";
import { useProbe } from "../useProbe";
import { useRestart } from "../useRestart";
import { useSave } from "../useSave";

const say = t.wizard.plex;

export function PlexStep({ steps }: { steps: Steps }) {
  const { source } = useSource();
  const isConnected = source?.state === "connected";
  return (
    <StepFrame
      step="plex"
      title={say.title}
      says={say.says}
      steps={steps}
      isAside={!isConnected}
      next={isConnected ? t.wizard.goOn : say.without}
    >
      <Address running={source?.address ?? ""} />
      {source && <Owner source={source} />}
      {!isConnected && (
        <Text size="sm" c="dimmed" maw={640}>
          {say.withoutHint}
        </Text>
      )}
    </StepFrame>
  );
}

function Address({ running }: { running: string }) {
  const settings = useSettings().data?.data.settings ?? [];
  const setting = settingOf(settings, "plex.url");
  const [typed, setTyped] = useState<string | null>(null);
  const { save, isSaving, error } = useSave();
  const { state, restart } = useRestart();
  const url = (typed ?? setting?.value ?? setting?.default ?? "").trim();
  const probed = useProbe(/^https?:\/\/./.test(url) ? { kind: "plex", url } : null);
  const isOther = pinnedBy(setting) === null && url !== "" && !isSame(url, running);
  const use = async () => {
    if ((await save([{ key: "plex.url", value: url }])) && (await restart())) setTyped(null);
  };
  return (
    <Stack gap="sm">
      <SettingField
        setting={setting}
        label={say.address}
        hint={say.addressHint}
        value={typed ?? url}
        onChange={setTyped}
        isPath
      />
      <Checks probed={probed} />
      {isOther && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={isSaving || state.kind === "going"}
            disabled={!probed.probe?.ok}
            onClick={() => void use()}
          >
            {say.use}
          </Button>
        </Group>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <Restarting state={state} />
    </Stack>
  );
}

/** Whether both name the same server, as far as text says. */
function isSame(a: string, b: string): boolean {
  const plain = (url: string) => url.trim().toLowerCase().replace(/\/+$/, "");
  return plain(a) === plain(b);
}

function Owner({ source }: { source: Source }) {
  const queries = useQueryClient();
  const isOurs = source.signed_in.origin === "none" || source.signed_in.origin === "signed_in";
  const sections = source.sections.map((section) => section.title);
  const wantsPerson = source.state === "not_connected" || source.state === "token_refused";
  return (
    <Stack gap="sm" aria-live="polite">
      {source.state === "connected" && (
        <div>
          <State tone="quiet" icon={IconCheck}>
            {say.connected(source.name)}
          </State>
          {sections.length > 0 && (
            <Text size="sm" c="dimmed" pl={20}>
              {say.has(new Intl.ListFormat("en").format(sections))}
            </Text>
          )}
        </div>
      )}
      {source.state === "connecting" && <Text c="dimmed">{say.connecting}</Text>}
      {source.problem && source.state !== "not_connected" && (
        <Warning>{asSentence(source.problem.message)}</Warning>
      )}
      {isOurs && wantsPerson && (
        <Stack gap="xs">
          <Text maw={640}>{say.signInHint}</Text>
          <PlexConsent
            label={source.state === "token_refused" ? say.signInAgain : say.signIn}
            icon={<IconPlugConnected size={17} aria-hidden />}
            begin={beginPlexSignIn}
            ask={askPlexSignIn}
            onDone={() => void queries.invalidateQueries({ queryKey: ["get", "/api/sources"] })}
          />
        </Stack>
      )}
      {!isOurs && source.state === "token_refused" && <Text size="sm">{say.tokenConfigured}</Text>}
    </Stack>
  );
}
