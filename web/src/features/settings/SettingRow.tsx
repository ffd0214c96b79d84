/** A setting: its control, where its value comes from, and the way back. */
import { Button, Text } from "@mantine/core";
import { IconArrowBackUp, IconLock, IconPencil } from "@tabler/icons-react";
import { State } from "@/components/State";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import { Control } from "./Control";
import { type Draft, savedValue, withValue } from "./draft";
import type { Complaint, Setting } from "./model";
import classes from "./SettingRow.module.css";
import { helpOf, inWords, nameOfSetting, plainKey } from "./words";

export function SettingRow({
  setting,
  draft,
  complaints,
  onDraft,
}: {
  setting: Setting;
  draft: Draft;
  complaints: readonly Complaint[];
  onDraft: (draft: Draft) => void;
}) {
  const { key } = setting;
  const given = draft.values.get(key);
  const isChanged = given !== undefined;
  const shown = isChanged ? (given ?? setting.default) : savedValue(setting);
  const name = nameOfSetting(key);
  const wrong = complaints.filter((one) => one.key === key).map((one) => asSentence(one.message));
  const set = (value: typeof shown) => onDraft(withValue(draft, setting, value));
  const isSecret = setting.form === "secret";
  return (
    <div className={classes.row} data-changed={isChanged || undefined}>
      <Control
        setting={setting}
        value={isSecret && !isChanged ? null : listOf(setting, shown)}
        label={name}
        help={helpOf(setting)}
        error={wrong.length === 0 ? undefined : wrong.join(" ")}
        onChange={set}
      />
      <div className={classes.meta}>
        {isChanged ? (
          <>
            <State tone="attention" icon={IconPencil}>
              {t.settings.changed}
            </State>
            <Text size="sm" c="dimmed" span>
              {inWords(setting, savedValue(setting))} → {inWords(setting, given)}
            </Text>
            <Button
              variant="subtle"
              size="compact-xs"
              leftSection={<IconArrowBackUp size={14} />}
              aria-label={t.settings.undoOf(name)}
              onClick={() => {
                const values = new Map(draft.values);
                values.delete(key);
                onDraft({ ...draft, values });
              }}
            >
              {t.settings.undo}
            </Button>
          </>
        ) : (
          <From setting={setting} />
        )}
        {setting.changeable && setting.origin.kind === "file" && given !== null && !isNeeded(key) && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            aria-label={
              setting.default === null
                ? t.settings.unsetOf(name)
                : t.settings.toDefaultOf(name, setting.default)
            }
            onClick={() => set(null)}
          >
            {setting.default === null ? t.settings.unset : t.settings.toDefault}
          </Button>
        )}
        <span className={`${classes.key} mono quiet`}>{plainKey(key)}</span>
      </div>
    </div>
  );
}

/** What an entry cannot be without. */
function isNeeded(key: string): boolean {
  return ["library.name", "library.path"].includes(plainKey(key));
}

/** The default of a list is told as one text. */
function listOf(setting: Setting, value: Setting["value"] | readonly string[]) {
  if (setting.form !== "list" || typeof value !== "string") return value;
  return value === "" ? [] : value.split(/;\s*/);
}

function From({ setting: { origin, changeable, value, default: usual } }: { setting: Setting }) {
  const isUnset = value === null && usual === null;
  if (origin.kind === "environment" || origin.kind === "argument") {
    return (
      <State tone="quiet" icon={IconLock}>
        {t.settings.pinned[origin.kind](origin.name)}
      </State>
    );
  }
  if (!changeable) {
    return (
      <State tone="quiet" icon={IconLock}>
        {t.settings.pinned.other}
      </State>
    );
  }
  return (
    <Text size="xs" c="dimmed" span>
      {origin.kind === "file"
        ? t.settings.origin.file(origin.line)
        : isUnset
          ? t.settings.notSet
          : t.settings.origin.default}
    </Text>
  );
}
