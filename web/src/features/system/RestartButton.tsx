/** Starting Cacherr anew, in place. */
import { Button, Group } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { client } from "@/api/client";
import { askFirst } from "@/components/askFirst";
import { RestartWait, useRestart } from "@/live/RestartWait";
import { t } from "@/strings";

export function RestartButton() {
  const restart = useRestart();
  const ask = () =>
    askFirst({
      title: t.system.restartTitle,
      says: t.system.restartSays,
      act: t.system.restart,
      run: async () => {
        const askedAt = Date.now();
        await client.POST("/api/system/restart");
        restart.await(askedAt);
      },
    });
  return (
    <Group pt="md">
      <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={ask}>
        {t.system.restart}…
      </Button>
      <RestartWait restart={restart} />
    </Group>
  );
}
