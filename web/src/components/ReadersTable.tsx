/** Who else reads the libraries, and whether they see the cache. What is said is given outside. */
import { ActionIcon, Button, Group, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconHelp, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Reader, ReaderRequest } from "@/api/schema";
import { t } from "@/strings";
import { ReaderForm } from "./ReaderForm";
import { State } from "./State";
import { When } from "./When";

const say = t.sources.readers;

export function ReadersTable({
  readers,
  cachePath,
  mayChange,
  onSave,
  onForget,
}: {
  readers: readonly Reader[];
  cachePath: string | null;
  mayChange: boolean;
  onSave: (name: string, says: ReaderRequest) => Promise<unknown>;
  onForget: (name: string) => void;
}) {
  const [form, setForm] = useState<{ reader: Reader | null } | null>(null);
  return (
    <Stack gap="sm" align="flex-start">
      {readers.length === 0 ? (
        <Text c="dimmed">{say.empty}</Text>
      ) : (
        <Table.ScrollContainer minWidth={420} w="100%">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say.name}</Table.Th>
                <Table.Th>{say.kind}</Table.Th>
                <Table.Th>{say.sees}</Table.Th>
                <Table.Th>{say.noted}</Table.Th>
                {mayChange && (
                  <Table.Th>
                    <VisuallyHidden>{t.common.more}</VisuallyHidden>
                  </Table.Th>
                )}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {readers.map((reader) => (
                <Table.Tr key={reader.name}>
                  <Table.Td fw={600}>{reader.name}</Table.Td>
                  <Table.Td>{say.shortKinds[reader.kind]}</Table.Td>
                  <Table.Td>
                    <Sight sees={reader.sees_cache} />
                  </Table.Td>
                  <Table.Td>
                    <When at={reader.noted_at} />
                  </Table.Td>
                  {mayChange && (
                    <Table.Td>
                      <Group gap={2} wrap="nowrap" justify="flex-end">
                        <ActionIcon aria-label={say.edit(reader.name)} onClick={() => setForm({ reader })}>
                          <IconPencil size={17} />
                        </ActionIcon>
                        <ActionIcon
                          aria-label={say.forget(reader.name)}
                          onClick={() => onForget(reader.name)}
                        >
                          <IconTrash size={17} />
                        </ActionIcon>
                      </Group>
                    </Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {mayChange && (
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setForm({ reader: null })}
        >
          {say.add}
        </Button>
      )}
      {form && (
        <ReaderForm
          reader={form.reader}
          cachePath={cachePath}
          onSave={onSave}
          onClose={() => setForm(null)}
        />
      )}
    </Stack>
  );
}

function Sight({ sees }: { sees: boolean | null }) {
  if (sees === null) {
    return (
      <State tone="attention" icon={IconHelp}>
        {say.unknown}
      </State>
    );
  }
  return sees ? (
    <State tone="quiet" icon={IconCheck}>
      {say.yes}
    </State>
  ) : (
    <State tone="loss" icon={IconAlertTriangle} hint={say.noHint}>
      {say.no}
    </State>
  );
}
