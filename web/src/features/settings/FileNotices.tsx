/** What is amiss with the file, what waits for a restart, and what others changed meanwhile. */
import { Alert, Button, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Hint } from "@/components/Notice";
import { Warning } from "@/components/Warning";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import type { Different } from "./carry";
import type { Settings } from "./model";
import type { Conflict } from "./useSettings";
import { fullName, nameOfSetting } from "./words";

export function FileNotices({
  settings,
  isApplying,
  onApply,
}: {
  settings: Settings;
  isApplying: boolean;
  /** Starts anew with what the file says; absent while something is typed that would be lost, or saved, by it. */
  onApply?: () => void;
}) {
  return (
    <>
      {settings.problems.length > 0 && (
        <Alert
          role="alert"
          variant="outline"
          color="red"
          icon={<IconAlertTriangle />}
          className="card"
          title={t.settings.problemsTitle}
        >
          <Text>{t.settings.problemsSays}</Text>
          <Sentences of={settings.problems} />
        </Alert>
      )}
      {settings.pending.length > 0 && (
        <Hint title={t.settings.pendingTitle}>
          <Text size="sm">{t.settings.pendingSays}</Text>
          <List size="sm">
            {settings.pending.map((one) => (
              <List.Item key={one.key}>
                {nameOfSetting(one.key)}: {one.running ?? t.settings.notSet} →{" "}
                {one.saved ?? t.settings.notSet}
              </List.Item>
            ))}
          </List>
          {onApply && (
            <Button variant="default" mt="sm" loading={isApplying} onClick={onApply}>
              {t.settings.pendingApply}
            </Button>
          )}
        </Hint>
      )}
      {settings.warnings.length > 0 && (
        <Warning title={t.settings.warningsTitle}>
          <Sentences of={settings.warnings} />
        </Warning>
      )}
      {!settings.file_exists && <Hint>{t.settings.fileMissing(settings.file)}</Hint>}
    </>
  );
}

function Sentences({ of }: { of: readonly string[] }) {
  return (
    <List size="sm">
      {of.map((one) => (
        <List.Item key={one}>{asSentence(one)}</List.Item>
      ))}
    </List>
  );
}

export function ConflictNotice({ conflict, onClose }: { conflict: Conflict; onClose(): void }) {
  return (
    <Alert
      role="alert"
      variant="outline"
      color="yellow"
      icon={<IconAlertTriangle />}
      className="card"
      title={t.settings.conflictTitle}
      styles={{ title: { color: "var(--state-attention)" }, icon: { color: "var(--state-attention)" } }}
      withCloseButton
      closeButtonLabel={t.common.close}
      onClose={onClose}
    >
      <Text>{t.settings.conflictSays}</Text>
      {conflict.changed.length > 0 && (
        <Text size="sm">
          {t.settings.conflictChanged} {conflict.changed.map(inWords).join(", ")}
        </Text>
      )}
      {conflict.lost.length > 0 && (
        <Text size="sm">
          {t.settings.conflictLost} {conflict.lost.map(inWords).join(", ")}
        </Text>
      )}
    </Alert>
  );
}

function inWords({ key, entry, isWhole }: Different): string {
  return isWhole && entry !== null ? entry : fullName(key, entry);
}
