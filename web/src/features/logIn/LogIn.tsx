/** Logging in by name and password, or with Plex. */
import { Divider, Stack, Text } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { client } from "@/api/client";
import type { LogInMethod } from "@/api/schema";
import { Command } from "@/components/Command";
import { Hint } from "@/components/Notice";
import { PlexConsent } from "@/components/PlexConsent";
import { t } from "@/strings";
import { useEnter } from "./enter";
import { Forgotten } from "./Forgotten";
import { Frame } from "./Frame";
import { PasswordForm } from "./PasswordForm";

const begin = async () => {
  const { data } = await client.POST("/api/auth/plex");
  if (!data) throw new Error("an answer without a body");
  return data.data;
};

const ask = async ({ claim }: { claim: string }) => {
  const { data } = await client.POST("/api/auth/plex/claim", { body: { claim } });
  if (!data) throw new Error("an answer without a body");
  return data.data;
};

export default function LogIn({ methods, again = false }: { methods: LogInMethod[]; again?: boolean }) {
  const enter = useEnter();
  const byPassword = methods.includes("password");
  const byPlex = methods.includes("plex");
  return (
    <Frame title={t.logIn.title}>
      {again && <Hint>{t.logIn.again}</Hint>}
      {byPassword && <PasswordForm />}
      {byPassword && byPlex && <Divider label={t.logIn.or} />}
      {byPlex && (
        <Stack gap="xs">
          <PlexConsent
            label={t.logIn.withPlex}
            icon={<IconPlugConnected size={17} aria-hidden />}
            variant={byPassword ? "default" : "filled"}
            fullWidth
            begin={begin}
            ask={ask}
            onDone={() => void enter()}
          />
          <Text size="xs" c="dimmed">
            {t.logIn.withPlexHint}
          </Text>
        </Stack>
      )}
      {byPassword && <Forgotten />}
      {!byPassword && !byPlex && (
        <Stack gap="xs">
          <Text>{t.logIn.noMethod}</Text>
          <Command line={`cacherr user add ${t.logIn.first.yourName} --role admin`} />
        </Stack>
      )}
    </Frame>
  );
}
