/** Before anything is written: what it was, what it will be, what happens then. */
import { Button, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { Columns } from "@/components/Columns";
import { ErrorNotice } from "@/components/Notice";
import { Warning } from "@/components/Warning";
import { fileName } from "@/lib/format";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import type { Draft } from "./draft";
import type { Settings } from "./model";
import { movesAway, type Row, rowsOf } from "./rows";

export function Review({
  opened,
  onClose,
  onSave,
  isSaving,
  error,
  warnings,
  draft,
  settings,
}: {
  opened: boolean;
  onClose(): void;
  onSave(): void;
  isSaving: boolean;
  error: unknown;
  warnings: readonly string[];
  draft: Draft;
  settings: Settings;
}) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t.settings.reviewTitle}
      size="lg"
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Changes rows={rowsOf(draft, settings)} />
        <Text size="sm">
          {t.settings.reviewFile(settings.file)}{" "}
          {settings.file_exists && t.settings.reviewKept(keptName(settings))} {t.settings.reviewRestart}
          {movesAway(draft) && <strong> {t.settings.reviewMoves}</strong>}
        </Text>
        {warnings.length > 0 && (
          <Warning title={t.settings.warningsTitle}>
            {warnings.map((one) => (
              <Text key={one} size="sm">
                {asSentence(one)}
              </Text>
            ))}
          </Warning>
        )}
        {error !== null && <ErrorNotice error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button loading={isSaving} onClick={onSave} data-autofocus>
            {t.settings.save}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** How the server calls the file as it was. */
export function keptName(settings: Settings): string {
  return `${fileName(settings.file)}.previous`;
}

export function Changes({ rows }: { rows: readonly Row[] }) {
  return (
    <Table verticalSpacing="xs" layout="fixed">
      <Columns names={[t.settings.what, t.settings.from, t.settings.to]} />
      <Table.Tbody style={{ overflowWrap: "anywhere" }}>
        {rows.map((row) => (
          <Table.Tr key={row.key}>
            <Table.Th scope="row" fw={500}>
              {row.name}
            </Table.Th>
            <Table.Td c="dimmed">{row.from}</Table.Td>
            <Table.Td>{row.to}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
