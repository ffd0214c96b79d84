/** Signing in to Plex as the owner of the media server, and out again. */
import { Button, Stack, Text } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { client } from "@/api/client";
import { askPlexSignIn, beginPlexSignIn } from "@/api/plexSignIn";
import type { Source } from "@/api/schema";
import { askFirst } from "@/components/askFirst";
import { PlexConsent } from "@/components/PlexConsent";
import { reportDone } from "@/components/report";
import { t } from "@/strings";
import { needsSignIn, useReadSourcesAgain } from "./reading";

const say = t.sources.plex;

export function SignIn({ source }: { source: Source }) {
  const readAgain = useReadSourcesAgain();
  const isNeeded = needsSignIn(source);
  return (
    <Stack gap="xs">
      {isNeeded && <Text>{say.signInHint}</Text>}
      <PlexConsent
        label={isNeeded ? say.signIn : say.signInAgain}
        variant={isNeeded ? "filled" : "default"}
        icon={<IconPlugConnected size={17} aria-hidden />}
        begin={beginPlexSignIn}
        ask={askPlexSignIn}
        onDone={() => {
          reportDone(say.signedInNow);
          readAgain();
        }}
      />
    </Stack>
  );
}

export function SignOut() {
  const readAgain = useReadSourcesAgain();
  const confirm = () =>
    askFirst({
      title: say.signOutTitle,
      says: say.signOutSays,
      act: say.signOutDo,
      isLoss: true,
      run: async () => {
        const { data } = await client.DELETE("/api/sources/plex/token");
        reportDone(say.signedOut(data?.data.forgotten_tokens ?? 0));
        readAgain();
      },
    });
  return (
    <Button variant="default" onClick={confirm}>
      {say.signOut}
    </Button>
  );
}
