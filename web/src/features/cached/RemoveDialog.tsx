/** Asks before files are removed: what will happen, how much space it frees, what somebody is watching. */
import { Alert, Button, Checkbox, Group, List, Loader, Modal, Stack, Text, TextInput } from "@mantine/core";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { FileRemoved } from "@/api/schema";
import { ErrorNotice } from "@/components/Notice";
import { count } from "@/lib/format";
import { t } from "@/strings";
import { beginWithFilter, beginWithIds, removeOne } from "./acts";
import { type Preview, usePreview, without } from "./preview";
import type { Chosen, Selection } from "./selection";

/** From so many on, a click is not enough. */
const MANY = 500;
/** So many are named. */
const NAMED = 6;
/** So many can be cached again at a click. */
const UNDOABLE = 200;

export interface Removal {
  /** A single one was done at once; many are a job. */
  one: { file: Chosen; came: FileRemoved } | null;
  jobId: string | null;
  paths: readonly string[] | null;
}

export default function RemoveDialog({
  selection,
  onClose,
  onBegun,
}: {
  selection: Selection;
  onClose: () => void;
  onBegun: (removal: Removal) => void;
}) {
  const previewed = usePreview(selection);
  const title =
    previewed.kind === "ready" ? t.cached.remove.title(previewed.preview.count) : t.cached.removeMany;
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      {previewed.kind === "reading" && (
        <Group>
          <Loader size="sm" aria-label={t.cached.preview} />
          <Text>
            {t.cached.preview}
            {previewed.read > 0 && `: ${t.cached.previewRead(previewed.read)}`}
          </Text>
        </Group>
      )}
      {previewed.kind === "failed" && <ErrorNotice error={previewed.error} />}
      {previewed.kind === "ready" && (
        <Ask whole={previewed.preview} selection={selection} onClose={onClose} onBegun={onBegun} />
      )}
    </Modal>
  );
}

function Ask({
  whole,
  selection,
  onClose,
  onBegun,
}: {
  whole: Preview;
  selection: Selection;
  onClose: () => void;
  onBegun: (removal: Removal) => void;
}) {
  const nameable = whole.files !== null && whole.count > 1;
  const [leaving, setLeaving] = useState(nameable);
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const preview = leaving && nameable ? without(whole, whole.playing) : whole;
  const many = preview.count >= MANY;
  const sure = !many || typed.replace(/\D/g, "") === String(preview.count);

  // The question comes when the dialog is long open; its answer that changes nothing has the keyboard first.
  const careful = useRef<HTMLButtonElement>(null);
  useEffect(() => careful.current?.focus(), []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onBegun(await begin(preview, selection));
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {preview.count > 0 ? (
          <Text>{t.cached.remove.back(preview.count, preview.size)}</Text>
        ) : (
          <Text>{t.cached.remove.nobodyLeft}</Text>
        )}
        <Names files={preview.files} />
        <Watched whole={whole} leaving={leaving} setLeaving={nameable ? setLeaving : null} />
        {preview.pinned !== null && preview.pinned > 0 && (
          <Text>
            {preview.count === 1 ? t.cached.remove.pinnedOnly : t.cached.remove.pinned(preview.pinned)}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {t.cached.remove.nothingLost} {t.cached.remove.hold}
        </Text>
        {many && (
          <TextInput
            label={t.cached.remove.type(preview.count)}
            value={typed}
            inputMode="numeric"
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {error !== null && <ErrorNotice error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} ref={careful}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={!sure || preview.count === 0}>
            {t.cached.remove.confirm(preview.count)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

async function begin(preview: Preview, selection: Selection): Promise<Removal> {
  const { files } = preview;
  if (files === null) {
    if (selection.kind !== "all") throw new Error("single files are always named");
    return { one: null, jobId: await beginWithFilter("remove", selection.filter), paths: null };
  }
  const [file] = files;
  if (file && files.length === 1) {
    const came = await removeOne(file.id);
    return { one: { file, came }, jobId: came.job_id, paths: [file.file_path] };
  }
  const jobId = await beginWithIds(
    "remove",
    files.map(({ id }) => id),
  );
  const paths = files.length <= UNDOABLE ? files.map(({ file_path }) => file_path) : null;
  return { one: null, jobId, paths };
}

function Names({ files }: { files: readonly Chosen[] | null }) {
  if (files === null || files.length === 0) return null;
  return (
    <List size="sm">
      {files.slice(0, NAMED).map((file) => (
        <List.Item key={file.id} style={{ overflowWrap: "anywhere" }}>
          {file.filename}
        </List.Item>
      ))}
      {files.length > NAMED && <List.Item>{t.cached.remove.more(files.length - NAMED)}</List.Item>}
    </List>
  );
}

function Watched({
  whole,
  leaving,
  setLeaving,
}: {
  whole: Preview;
  leaving: boolean;
  /** Absent where they cannot be left out. */
  setLeaving: ((leaving: boolean) => void) | null;
}) {
  const { playing } = whole;
  if (playing.length === 0) return null;
  if (whole.count === 1) return <Text>{t.cached.remove.playingOnly}</Text>;
  return (
    <Alert
      variant="outline"
      color="gray"
      className="card"
      icon={<IconPlayerPlayFilled color="var(--state-served)" />}
      title={t.cached.remove.playing(playing.length)}
    >
      <List size="sm">
        {playing.slice(0, NAMED).map((file) => (
          <List.Item key={file.id}>{file.filename}</List.Item>
        ))}
        {playing.length > NAMED && <List.Item>+ {count(playing.length - NAMED)}</List.Item>}
      </List>
      {setLeaving ? (
        <Checkbox
          mt="xs"
          label={t.cached.remove.leaveOut}
          checked={leaving}
          onChange={(event) => setLeaving(event.currentTarget.checked)}
        />
      ) : (
        <Text mt="xs">{t.cached.remove.playingStays}</Text>
      )}
    </Alert>
  );
}
