/** What runs here, and where programs read on. */
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { $api } from "@/api/client";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { Facts } from "@/components/Facts";
import { ErrorNotice } from "@/components/Notice";
import { When } from "@/components/When";
import { basePath } from "@/lib/base";
import { t } from "@/strings";
import { RestartButton } from "./RestartButton";

export default function About() {
  const version = $api.useQuery("get", "/api/version");
  const { may } = useSession();
  const about = version.data?.data;
  return (
    <Stack>
      <Card title={t.system.aboutTitle}>
        {version.error && <ErrorNotice error={version.error} retry={() => void version.refetch()} />}
        {about && (
          <Facts
            facts={[
              [t.system.version, about.version],
              [t.system.started, <When key="started" at={about.started_at} />],
              [
                t.system.uiBuild,
                <span key="build" className="mono">
                  {about.ui_build ?? t.common.none}
                </span>,
              ],
            ]}
          />
        )}
        {may("admin") && <RestartButton />}
      </Card>
      <Card title={t.system.docs}>
        <Text size="sm" c="dimmed" mb="xs">
          {t.system.docsHint}
        </Text>
        <Group gap="lg">
          <Leading href={`${basePath}/api/docs`}>{t.system.apiDocs}</Leading>
          <Leading href={`${basePath}/api/openapi.json`}>{t.system.apiDocument}</Leading>
        </Group>
      </Card>
    </Stack>
  );
}

function Leading({ href, children }: { href: string; children: string }) {
  return (
    <Anchor href={href} target="_blank" rel="noreferrer">
      <Group gap={5} display="inline-flex">
        {children}
        <IconExternalLink size={14} aria-hidden />
      </Group>
    </Anchor>
  );
}
