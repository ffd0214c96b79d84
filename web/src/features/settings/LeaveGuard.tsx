/** Nobody loses by a click what they changed. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { t } from "@/strings";
import type { Draft } from "./draft";
import { sizeOf } from "./draft";
import type { Settings } from "./model";
import { Changes } from "./Review";
import { rowsOf } from "./rows";

export function LeaveGuard({ draft, settings }: { draft: Draft; settings: Settings }) {
  const count = sizeOf(draft);
  const { status, proceed, reset } = useBlocker({
    // Another group of settings is the same page.
    shouldBlockFn: ({ current, next }) => count > 0 && next.pathname !== current.pathname,
    enableBeforeUnload: () => count > 0,
    withResolver: true,
  });
  return (
    <Modal
      opened={status === "blocked"}
      onClose={() => reset?.()}
      title={t.settings.leaveTitle}
      size="lg"
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Text>{t.settings.leaveSays(count)}</Text>
        <Changes rows={rowsOf(draft, settings)} />
        <Group justify="flex-end">
          <Button variant="default" color="red" onClick={() => proceed?.()}>
            {t.settings.leave}
          </Button>
          <Button onClick={() => reset?.()} data-autofocus>
            {t.settings.stay}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
