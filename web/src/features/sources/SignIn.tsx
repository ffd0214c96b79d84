/** Signing in to Plex as the owner of the media server, and out again. */
import { Button, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconPlugConnected } from "@tabler/icons-react";
import { $api, client } from "@/api/client";
import type { PlexSignIn, Source } from "@/api/schema";
import { PlexConsent } from "@/components/PlexConsent";
import { reportDone, reportProblem } from "@/components/report";
import { t } from "@/strings";
import { needsSignIn, useReadSourcesAgain } from "./reading";

const say = t.sources.plex;

async function begin() {
  const { data } = await client.POST("/api/sources/plex/sign-in", { body: { whose: "owner" } });
  if (!data?.data.page_url) throw new Error("a sign-in without a page");
  return { ...data.data, page_url: data.data.page_url };
}

async function ask({ id }: Pick<PlexSignIn, "id">) {
  const { data } = await client.GET("/api/sources/plex/sign-in/{sign_in_id}", {
    params: { path: { sign_in_id: id } },
  });
  if (!data) throw new Error("an answer without a body");
  return data.data;
}

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
        begin={begin}
        ask={ask}
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
  const signOut = $api.useMutation("delete", "/api/sources/plex/token", {
    onSuccess: (answer) => {
      reportDone(say.signedOut(answer.data.forgotten_tokens));
      readAgain();
    },
    onError: reportProblem,
  });
  const confirm = () =>
    modals.openConfirmModal({
      title: say.signOutTitle,
      children: say.signOutSays,
      labels: { confirm: say.signOutDo, cancel: t.common.cancel },
      confirmProps: { color: "red" },
      onConfirm: () => signOut.mutate({}),
    });
  return (
    <Button variant="default" loading={signOut.isPending} onClick={confirm}>
      {say.signOut}
    </Button>
  );
}
