/** What a search finds, in all groups. */
import { Stack, Text, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { Empty } from "@/components/Empty";
import { t } from "@/strings";
import { type Draft, placeOf } from "./draft";
import { entriesOf, presentValue } from "./entries";
import type { Complaint, Setting, Settings } from "./model";
import { SettingRow } from "./SettingRow";
import classes from "./SettingRow.module.css";
import { entryTitle, inOrder, matches, partTitle } from "./words";

export function Found({
  words,
  settings,
  ...rest
}: {
  words: string;
  settings: Settings;
  draft: Draft;
  complaints: readonly Complaint[];
  onDraft(draft: Draft): void;
}) {
  const found = settings.settings.filter(
    (one) => matches(one, words) && !rest.draft.removed.has(placeOf(one.key)?.entry ?? ""),
  );
  if (found.length === 0) return <Empty icon={IconSearch} title={t.settings.foundNone(words)} />;
  const groups = inOrder(found.map((one) => one.table));
  return (
    <Stack>
      <Text size="sm" c="dimmed" role="status">
        {t.settings.found(found.length)}
      </Text>
      {groups.map((table) => (
        <Stack key={table} gap="xs" component="section">
          <Title order={2} size="h3">
            {partTitle(table)}
          </Title>
          <div className="card">
            {found
              .filter((one) => one.table === table)
              .map((setting) => (
                <div key={setting.key} className={classes.wrapped}>
                  <Whose setting={setting} settings={settings} draft={rest.draft} />
                  <SettingRow setting={setting} {...rest} />
                </div>
              ))}
          </div>
        </Stack>
      ))}
    </Stack>
  );
}

/** Which library, which user. */
function Whose({ setting, settings, draft }: { setting: Setting; settings: Settings; draft: Draft }) {
  const place = placeOf(setting.key);
  const entry = place && entriesOf(place.table, settings, draft).find((one) => one.id === place.entry);
  if (!place || !entry) return null;
  return (
    <Text size="sm" c="dimmed" px="md" pt="sm">
      {entryTitle(place.table, presentValue(entry, "name", draft), presentValue(entry, "type", draft))}
    </Text>
  );
}
