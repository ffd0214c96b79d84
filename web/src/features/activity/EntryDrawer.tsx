/** One entry of the log with all that is known of it. */
import { Button, Drawer, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { LogEntry } from "@/api/schema";
import { OperationMark, reasonWord } from "@/components/OperationMark";
import { PathText } from "@/components/PathText";
import { actorName } from "@/lib/actor";
import { exact } from "@/lib/format";
import { t } from "@/strings";
import type { ActivitySearch } from "./search";

export function EntryDrawer({
  entry,
  onClose,
  onFilter,
}: {
  entry: LogEntry | null;
  onClose: () => void;
  onFilter: (part: Partial<ActivitySearch>) => void;
}) {
  const words = t.activity;
  const narrow = (part: Partial<ActivitySearch>) => {
    onFilter(part);
    onClose();
  };
  return (
    <Drawer opened={entry !== null} onClose={onClose} position="right" title={words.entry} size={460}>
      {entry && (
        <Stack gap="md">
          <OperationMark entry={entry} />
          {entry.error_message && <Fact name={words.error}>{entry.error_message}</Fact>}
          {entry.file_path && (
            <Fact name={words.columns.file}>
              <PathText path={entry.file_path} />
            </Fact>
          )}
          <Fact name={words.why}>{reasonWord(entry.reason)}</Fact>
          <Fact name={words.when}>
            <time dateTime={entry.timestamp}>{exact(new Date(entry.timestamp))}</time>
          </Fact>
          <Fact name={words.who}>{actorName(entry.triggered_by)}</Fact>
          {entry.triggered_by_user && <Fact name={words.whom}>{entry.triggered_by_user}</Fact>}
          {entry.address && <Fact name={words.address}>{entry.address}</Fact>}
          <Metadata facts={entry.metadata} />
          <Group gap="xs">
            {entry.file_path && (
              <Button variant="default" onClick={() => narrow({ path: entry.file_path })}>
                {words.onlyThisFile}
              </Button>
            )}
            {entry.triggered_by_user && (
              <Button
                variant="default"
                onClick={() => narrow({ user: entry.triggered_by_user ?? undefined })}
              >
                {words.onlyThisUser(entry.triggered_by_user)}
              </Button>
            )}
          </Group>
        </Stack>
      )}
    </Drawer>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="div" style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </div>
  );
}

function Metadata({ facts }: { facts: LogEntry["metadata"] }) {
  const all = Object.entries(facts);
  if (all.length === 0) return null;
  return (
    <Fact name={t.activity.facts}>
      {all.map(([name, value]) => (
        <div key={name} className="mono">
          {name}: {value}
        </div>
      ))}
    </Fact>
  );
}
