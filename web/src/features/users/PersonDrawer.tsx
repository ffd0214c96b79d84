/** One person: their numbers, how we know them, and forgetting them. */
import { Badge, Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useRef } from "react";
import { client } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { User } from "@/api/schema";
import { useSession } from "@/app/session";
import { askFirst } from "@/components/askFirst";
import { Card } from "@/components/Card";
import { PageLink } from "@/components/PageLink";
import { reportDone } from "@/components/report";
import { t } from "@/strings";
import { Knows } from "./Knows";
import { OwnSettings } from "./OwnSettings";
import { comesBack } from "./people";
import { Recent } from "./Recent";
import { Statistics } from "./Statistics";

export function PersonDrawer({ user, onClose }: { user: User | undefined; onClose: () => void }) {
  // While it slides out it still shows whom it showed.
  const last = useRef(user);
  if (user) last.current = user;
  const shown = user ?? last.current;
  return (
    <Drawer
      opened={user !== undefined}
      onClose={onClose}
      position="right"
      size={620}
      closeButtonProps={{ "aria-label": t.common.close }}
      title={
        shown && (
          <Group gap="xs">
            <Text fw={600} size="lg" span>
              {shown.title}
            </Text>
            <Badge variant="default" tt="none" fw={500}>
              {t.users.kind[shown.kind]}
            </Badge>
          </Group>
        )
      }
    >
      {shown && <Person key={shown.user_id} user={shown} onGone={onClose} />}
    </Drawer>
  );
}

function Person({ user, onGone }: { user: User; onGone: () => void }) {
  const { may } = useSession();
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t.users.kindHint[user.kind]}
        {user.account_id !== null && ` ${t.system.accountPlex(String(user.account_id))}.`}
      </Text>
      <Statistics user={user}>
        <PageLink to="/cached" search={{ user: user.user_id }}>
          <Group gap={5} display="inline-flex">
            {t.users.showFiles}
            <IconArrowRight size={15} aria-hidden />
          </Group>
        </PageLink>
      </Statistics>
      {user.kind !== "withheld" && <Knows user={user} />}
      {may("admin") && <OwnSettings user={user} />}
      <Recent user={user} />
      {may("admin") && <Forget user={user} onGone={onGone} />}
    </Stack>
  );
}

function Forget({ user, onGone }: { user: User; onGone: () => void }) {
  const again = useReadAgain("/api/users", "/api/plan", "/api/sources");
  const ask = () =>
    askFirst({
      title: t.users.forgetTitle(user.title),
      act: t.users.forget,
      isLoss: true,
      says: (
        <Stack gap="xs">
          {t.users.forgetSays.map((sentence) => (
            <Text key={sentence}>{sentence}</Text>
          ))}
          {comesBack(user) && <Text fw={600}>{t.users.forgetComesBack}</Text>}
        </Stack>
      ),
      run: async () => {
        const { data } = await client.DELETE("/api/users/{user_id}", {
          params: { path: { user_id: user.user_id } },
        });
        onGone();
        if (data) reportDone(t.users.forgotten(user.title, data.data.files, data.data.log_entries));
        await again();
      },
    });
  return (
    <Card title={t.users.forgetCard}>
      <Group justify="space-between" pt={4}>
        <Text size="sm" c="dimmed" flex={1} miw={220}>
          {t.users.forgetHint}
        </Text>
        <Button variant="default" onClick={ask}>
          {t.users.forget}…
        </Button>
      </Group>
    </Card>
  );
}
