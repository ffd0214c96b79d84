/** One group of settings: a form, or a list of forms. */
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useId } from "react";
import { t } from "@/strings";
import { type Draft, withEntry } from "./draft";
import { Entry } from "./Entry";
import { entriesOf } from "./entries";
import type { Complaint, Settings } from "./model";
import { SettingRow } from "./SettingRow";
import { partSays, partTitle } from "./words";

interface Given {
  table: string;
  settings: Settings;
  draft: Draft;
  complaints: readonly Complaint[];
  onDraft(draft: Draft): void;
}

export function Part(given: Given) {
  const { table, settings } = given;
  const heading = useId();
  const isList = settings.repeated.some((one) => one.table === table);
  return (
    <Stack component="section" aria-labelledby={heading} gap="sm">
      <div>
        <Title order={2} id={heading}>
          {partTitle(table)}
        </Title>
        <Text size="sm" c="dimmed">
          {partSays(table)}
        </Text>
      </div>
      {isList ? <List {...given} /> : <Rows {...given} />}
    </Stack>
  );
}

function Rows({ table, settings, ...rest }: Given) {
  return (
    <div className="card">
      {settings.settings
        .filter((one) => one.table === table)
        .map((setting) => (
          <SettingRow key={setting.key} setting={setting} {...rest} />
        ))}
    </div>
  );
}

function List({ table, settings, draft, complaints, onDraft }: Given) {
  const entries = entriesOf(table, settings, draft);
  const canAdd = settings.repeated.find((one) => one.table === table)?.changeable !== false;
  const add = () => {
    const { draft: next, entry } = withEntry(draft, table);
    onDraft(next);
    // The form that was asked for is where one goes on typing.
    requestAnimationFrame(() => document.getElementById(formId(entry))?.querySelector("input")?.focus());
  };
  return (
    <>
      {entries.length === 0 && <Text>{t.settings.entryNone[table]}</Text>}
      {entries.map((entry) => (
        <div key={entry.id} id={formId(entry.id)}>
          <Entry table={table} entry={entry} draft={draft} complaints={complaints} onDraft={onDraft} />
        </div>
      ))}
      <Group>
        {canAdd ? (
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={add}>
            {t.settings.addEntry[table] ?? t.settings.addAny(partTitle(table))}
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            {t.settings.entriesPinned}
          </Text>
        )}
      </Group>
    </>
  );
}

export function formId(entry: string): string {
  return `settings-${entry}`;
}
