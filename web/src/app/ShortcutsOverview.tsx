/** What the keyboard can do here and now. */
import { Group, Kbd, Modal, Stack, Table, Text, Title } from "@mantine/core";
import { Fragment } from "react";
import { t } from "@/strings";
import { type Group as ShortcutGroup, useShortcuts } from "./shortcuts";

const GROUPS: readonly ShortcutGroup[] = ["here", "anywhere", "pages"];

export function ShortcutsOverview({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { list } = useShortcuts();
  return (
    <Modal opened={opened} onClose={onClose} title={t.shell.shortcuts} size="lg">
      <Text c="dimmed" mb="sm">
        {t.shell.shortcutsHint}
      </Text>
      <Stack gap="md">
        {GROUPS.map((group) => {
          const own = list.filter((one) => one.group === group);
          if (own.length === 0) return null;
          return (
            <section key={group}>
              <Title order={3}>{t.shell.shortcutGroups[group]}</Title>
              <Table>
                <Table.Tbody>
                  {own.map((one) => (
                    <Table.Tr key={one.keys}>
                      <Table.Td w={140}>
                        <Keys keys={one.keys} />
                      </Table.Td>
                      <Table.Td>{one.label}</Table.Td>
                    </Table.Tr>
                  ))}
                  {group === "anywhere" && (
                    <Table.Tr>
                      <Table.Td>
                        <Group gap={4}>
                          <Kbd>Ctrl</Kbd>
                          <Kbd>K</Kbd>
                        </Group>
                      </Table.Td>
                      <Table.Td>{t.shell.openPalette}</Table.Td>
                    </Table.Tr>
                  )}
                </Table.Tbody>
              </Table>
            </section>
          );
        })}
      </Stack>
    </Modal>
  );
}

function Keys({ keys }: { keys: string }) {
  return (
    <Group gap={4}>
      {keys.split(" ").map((key, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order never changes
        <Fragment key={index}>
          {index > 0 && (
            <Text size="xs" c="dimmed">
              {t.shell.andThen}
            </Text>
          )}
          <Kbd>{key}</Kbd>
        </Fragment>
      ))}
    </Group>
  );
}
