/** The key itself, this once. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import type { NewApiKey } from "@/api/schema";
import { CopyTextButton } from "@/components/CopyTextButton";
import { t } from "@/strings";

export function KeySecret({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  return (
    // A click beside it, or Escape, must not lose what cannot be shown again.
    <Modal
      opened
      onClose={onClose}
      title={t.system.keyMade}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Text>{t.system.keyOnce}</Text>
        <Group align="flex-end" gap="xs" wrap="nowrap">
          <TextInput
            label={t.system.keySecret}
            value={made.secret}
            readOnly
            flex={1}
            classNames={{ input: "mono" }}
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyTextButton text={made.secret} />
        </Group>
        <Text size="sm" c="dimmed">
          {t.system.keyUse}
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t.system.keyKept}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
