/** What is set for this person alone; it is changed on the page of the settings, with everything else. */
import { Group, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { $api } from "@/api/client";
import type { Setting, User } from "@/api/schema";
import { Card } from "@/components/Card";
import { Facts } from "@/components/Facts";
import { PageLink } from "@/components/PageLink";
import { t } from "@/strings";
import { NAMES } from "@/strings/en/settingNames";
import { ownSettings } from "./people";

export function OwnSettings({ user }: { user: User }) {
  const read = $api.useQuery("get", "/api/settings");
  if (!read.data) return null;
  const own = ownSettings(read.data.data.settings, user.user_id);
  return (
    <Card title={t.users.settings}>
      {own.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t.users.settingsNone}
        </Text>
      ) : (
        <Facts facts={own.map((setting) => [nameOf(setting), inWords(setting)] as const)} />
      )}
      <PageLink to="/settings" search={{ part: "user", who: user.user_id }}>
        <Group gap={5} display="inline-flex" mt="xs">
          {own.length === 0 ? t.users.settingsMake : t.users.settingsChange}
          <IconArrowRight size={15} aria-hidden />
        </Group>
      </PageLink>
    </Card>
  );
}

function nameOf({ key }: Setting): string {
  return NAMES[`user.${key.slice(key.lastIndexOf(".") + 1)}`] ?? key;
}

function inWords({ value, form }: Setting): string {
  if (form !== "flag") return value ?? t.settings.notSet;
  return value === "true" ? t.settings.yes : t.settings.no;
}
