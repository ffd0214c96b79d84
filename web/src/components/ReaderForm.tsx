/** What is known of one who reads the libraries beside the media server. */
import { Button, Group, Modal, Radio, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Reader, ReaderKind, ReaderRequest } from "@/api/schema";
import { t } from "@/strings";
import { ErrorNotice } from "./Notice";
import { Warning } from "./Warning";

const say = t.sources.readers;
const KINDS = Object.keys(say.kinds) as ReaderKind[];
const SIGHT = { yes: true, no: false, unknown: null } as const;
type Sight = keyof typeof SIGHT;

export function ReaderForm({
  reader,
  cachePath,
  onSave,
  onClose,
}: {
  /** Whom it is about; null for one that is not known yet. */
  reader: Reader | null;
  cachePath: string | null;
  onSave: (name: string, says: ReaderRequest) => Promise<unknown>;
  onClose: () => void;
}) {
  const [name, setName] = useState(reader?.name ?? "");
  const [kind, setKind] = useState<ReaderKind>(reader?.kind ?? "download_manager");
  const [sight, setSight] = useState<Sight>(
    reader?.sees_cache === true ? "yes" : reader?.sees_cache === false ? "no" : "unknown",
  );
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      await onSave(name.trim(), { kind, sees_cache: SIGHT[sight] });
      onClose();
    } catch (failure) {
      setError(failure);
      setSaving(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={reader ? say.editTitle(reader.name) : say.addTitle}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {!reader && (
            <TextInput
              label={say.name}
              description={say.nameHint}
              required
              withAsterisk={false}
              maxLength={255}
              data-autofocus
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          <Select
            label={say.kind}
            data={KINDS.map((value) => ({ value, label: say.kinds[value] }))}
            value={kind}
            onChange={(value) => setKind(KINDS.find((one) => one === value) ?? "other")}
          />
          <Radio.Group
            label={say.seesQuestion(cachePath)}
            value={sight}
            onChange={(value) => setSight(value === "yes" || value === "no" ? value : "unknown")}
          >
            <Group mt={6}>
              <Radio value="yes" label={say.yes} />
              <Radio value="no" label={say.no} />
              <Radio value="unknown" label={say.unknown} />
            </Group>
          </Radio.Group>
          {sight === "no" && <Warning>{say.noHint}</Warning>}
          {error !== null && <ErrorNotice error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={isSaving}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
