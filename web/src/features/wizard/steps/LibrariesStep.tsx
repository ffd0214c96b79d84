/** Step 3: the folders of films and shows, here and as the media server sees them. */
import { Button, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { ErrorNotice, Hint } from "@/components/Notice";
import { t } from "@/strings";
import { LibraryFields } from "../LibraryFields";
import { changesOf, configured, type LibraryDraft, proposed } from "../libraries";
import { useSettings, useSource } from "../reading";
import { StepFrame, type Steps } from "../StepFrame";
import { useSave } from "../useSave";
import { useTry } from "../useTry";

const say = t.wizard.libraries;

export function LibrariesStep({ steps }: { steps: Steps }) {
  const settings = useSettings().data?.data.settings ?? [];
  const { source } = useSource();
  const { save, isSaving, error } = useSave();
  /** What somebody changed, by draft; the rest is as the server says. */
  const [edits, setEdits] = useState<Readonly<Record<string, Partial<LibraryDraft>>>>({});
  const [added, setAdded] = useState<readonly LibraryDraft[]>([]);
  const [sound, setSound] = useState<Readonly<Record<string, boolean>>>({});
  const entries = configured(settings);
  const drafts = [...entries, ...proposed(source?.sections ?? [], entries), ...added].map((draft) => ({
    ...draft,
    ...edits[draft.id],
  }));
  const chosen = drafts.filter((draft) => draft.isChosen);
  const changes = changesOf(drafts, entries);
  // What has no name or path yet is no question to anybody.
  const tried = useTry(changes.every(({ value }) => value !== "") ? changes : []);
  const isSound = chosen.every((draft) => sound[draft.id] ?? false);
  const add = () => {
    const id = `added ${added.length}`;
    const name = `${say.newName} ${drafts.length + 1}`;
    setAdded([...added, { id, number: null, name, path: "", serverPath: "", isChosen: true }]);
  };
  return (
    <StepFrame
      step="libraries"
      title={say.title}
      says={say.says}
      steps={steps}
      mayGoOn={chosen.length > 0 && isSound && tried.isSound}
      isBusy={isSaving}
      onNext={() => save(changes)}
    >
      {drafts.length === 0 && <Hint>{say.none}</Hint>}
      {drafts.map((draft) => (
        <LibraryFields
          key={draft.id}
          draft={draft}
          isConnected={source?.state === "connected"}
          onChange={(edit) => setEdits((old) => ({ ...old, [draft.id]: { ...old[draft.id], ...edit } }))}
          onSound={(is) => setSound((old) => (old[draft.id] === is ? old : { ...old, [draft.id]: is }))}
          onDrop={
            draft.id.startsWith("added")
              ? () => setAdded((old) => old.filter((one) => one.id !== draft.id))
              : undefined
          }
        />
      ))}
      <div>
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          {say.add}
        </Button>
      </div>
      {chosen.length === 0 && drafts.length > 0 && <Text size="sm">{say.atLeast}</Text>}
      {chosen.length > 0 && !isSound && (
        <Text size="sm" c="dimmed">
          {say.notYet}
        </Text>
      )}
      {tried.error !== null && <ErrorNotice error={tried.error} />}
      {error !== null && <ErrorNotice error={error} />}
    </StepFrame>
  );
}
