/** Where others can tell of playbacks. The address is a secret, so it is shown when somebody asks for it. */
import { Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import { $api } from "@/api/client";
import { Card } from "@/components/Card";
import { Command } from "@/components/Command";
import { ErrorNotice } from "@/components/Notice";
import { t } from "@/strings";

const say = t.sources.webhooks;

export function WebhooksCard() {
  const [shown, { toggle }] = useDisclosure(false);
  const read = $api.useQuery("get", "/api/webhooks", {}, { enabled: shown });
  const path = read.data?.data.plex;
  return (
    <Card title={say.title}>
      <Stack gap="sm" align="flex-start">
        <Text c="dimmed" size="sm">
          {say.says}
        </Text>
        <Button
          variant="default"
          leftSection={shown ? <IconEyeOff size={16} aria-hidden /> : <IconEye size={16} aria-hidden />}
          onClick={toggle}
          loading={shown && read.isPending}
          aria-expanded={shown}
        >
          {shown ? say.hide : say.show}
        </Button>
        {shown && read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
        {shown && path === null && <Text>{say.none}</Text>}
        {shown && path && (
          <Stack gap="xs" w="100%">
            <Command line={new URL(path, window.location.origin).href} />
            <Text size="sm" c="dimmed">
              {say.where} {say.secret}
            </Text>
          </Stack>
        )}
      </Stack>
    </Card>
  );
}
