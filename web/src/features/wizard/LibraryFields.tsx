/** One library: its two paths, tried while they are typed. */
import { ActionIcon, Checkbox, Group, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { t } from "@/strings";
import { Checks } from "./Checks";
import { FoundHere } from "./FoundHere";
import { type LibraryDraft, trimmed } from "./libraries";
import { useProbe } from "./useProbe";
import classes from "./wizard.module.css";

const say = t.wizard.libraries;
const MONO = { input: { fontFamily: "var(--mantine-font-family-monospace)" } };

export function LibraryFields({
  draft,
  isConnected,
  onChange,
  onSound,
  onDrop,
}: {
  draft: LibraryDraft;
  isConnected: boolean;
  onChange: (edit: Partial<LibraryDraft>) => void;
  /** Told whether it can be used as it is. */
  onSound: (isSound: boolean) => void;
  onDrop?: (() => void) | undefined;
}) {
  const path = trimmed(draft.path);
  const serverPath = trimmed(draft.serverPath);
  const isPath = path.startsWith("/");
  const other = serverPath !== "" && serverPath !== path ? serverPath : null;
  const probed = useProbe(draft.isChosen && isPath ? { kind: "library", path, server_path: other } : null);
  const isSound = draft.name.trim() !== "" && (probed.probe?.ok ?? false);
  const tell = useRef(onSound);
  tell.current = onSound;
  useEffect(() => tell.current(isSound), [isSound]);
  return (
    <fieldset className={classes.draft}>
      <legend>
        <Group gap="xs">
          <Checkbox
            label={draft.name || say.newName}
            aria-description={say.include}
            fw={600}
            checked={draft.isChosen}
            disabled={draft.number !== null}
            onChange={(event) => onChange({ isChosen: event.currentTarget.checked })}
          />
          {onDrop && (
            <ActionIcon aria-label={say.drop(draft.name)} onClick={onDrop}>
              <IconTrash size={17} />
            </ActionIcon>
          )}
        </Group>
      </legend>
      {draft.isChosen && (
        <>
          <div className={classes.paths}>
            <TextInput
              label={say.name}
              value={draft.name}
              maxLength={100}
              onChange={(event) => onChange({ name: event.currentTarget.value })}
            />
            <TextInput
              label={say.path}
              value={draft.path}
              error={path !== "" && !isPath ? t.wizard.cache.absolute : null}
              spellCheck={false}
              styles={MONO}
              onChange={(event) => onChange({ path: event.currentTarget.value })}
            />
            <TextInput
              label={say.serverPath}
              value={draft.serverPath}
              placeholder={draft.path}
              aria-description={say.serverPathHint}
              spellCheck={false}
              styles={MONO}
              onChange={(event) => onChange({ serverPath: event.currentTarget.value })}
            />
          </div>
          <Checks probed={probed} />
          {isConnected && isPath && draft.name.trim() !== "" && (
            <FoundHere
              library={{ name: draft.name.trim(), path, server_path: other }}
              onUse={(found) => onChange({ path: found.path, serverPath: found.server_path })}
            />
          )}
        </>
      )}
    </fieldset>
  );
}
