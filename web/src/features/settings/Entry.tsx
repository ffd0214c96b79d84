/** A library, or an exception for a user: all that is set for it, and the way to remove it. */
import { Badge, Button, Group, Text, Title } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useId } from "react";
import { State } from "@/components/State";
import { t } from "@/strings";
import { type Draft, keepingEntry, withoutEntry } from "./draft";
import { type EntryOf, presentValue } from "./entries";
import type { Complaint } from "./model";
import { SettingRow } from "./SettingRow";
import { entryTitle } from "./words";

export function Entry({
  table,
  entry,
  draft,
  complaints,
  onDraft,
}: {
  table: string;
  entry: EntryOf;
  draft: Draft;
  complaints: readonly Complaint[];
  onDraft: (draft: Draft) => void;
}) {
  const heading = useId();
  const title = entryTitle(table, presentValue(entry, "name", draft), presentValue(entry, "type", draft));
  const canGo = entry.isNew || entry.settings.some((one) => one.changeable);
  const wrong = complaints.filter((one) => one.key === entry.id);
  return (
    <section className="card" aria-labelledby={heading}>
      <Group justify="space-between" px="md" py="sm" wrap="nowrap">
        <Group gap="xs">
          <Title order={3} size="h3" id={heading}>
            {title}
          </Title>
          {entry.isNew && (
            <Badge variant="light" size="sm" tt="none" fw={500}>
              {t.settings.addedEntry}
            </Badge>
          )}
          {entry.isRemoved && (
            <State tone="attention" icon={IconTrash}>
              {t.settings.entryGoes}
            </State>
          )}
        </Group>
        {entry.isRemoved ? (
          <Button variant="default" size="compact-sm" onClick={() => onDraft(keepingEntry(draft, entry.id))}>
            {t.settings.entryKeep}
          </Button>
        ) : (
          canGo && (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t.settings.entryRemove(title)}
              onClick={() => onDraft(withoutEntry(draft, entry.id))}
            >
              {t.common.remove}
            </Button>
          )
        )}
      </Group>
      {wrong.map((one) => (
        <Text key={one.message} px="md" pb="sm" size="sm" c="var(--state-loss)" role="alert">
          {one.message}
        </Text>
      ))}
      {!entry.isRemoved &&
        entry.settings.map((setting) => (
          <SettingRow
            key={setting.key}
            setting={setting}
            draft={draft}
            complaints={complaints}
            onDraft={onDraft}
          />
        ))}
    </section>
  );
}
