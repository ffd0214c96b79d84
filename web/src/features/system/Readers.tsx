/** Programs that read the libraries beside the media server: links lead nowhere for those that do not see the cache. */
import { ActionIcon, Button, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconCheck, IconHelpCircle, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { $api } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { Reader, ReaderKind } from "@/api/schema";
import { Card } from "@/components/Card";
import { Entries, Entry } from "@/components/Entries";
import { ErrorNotice } from "@/components/Notice";
import { reportProblem } from "@/components/report";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { t } from "@/strings";

/** What the doctor takes for "nobody else does". */
const NOBODY = "nobody";
const KINDS = ["download_manager", "file_share", "player", "other"] as const satisfies readonly ReaderKind[];

export function Readers() {
  const again = useReadAgain("/api/system/readers", "/api/system/doctor");
  const [adding, shown] = useDisclosure(false);
  const read = $api.useQuery("get", "/api/system/readers");
  const put = $api.useMutation("put", "/api/system/readers/{name}", {
    onSuccess: again,
    onError: reportProblem,
  });
  const readers = read.data?.data.readers ?? [];
  return (
    <Card
      title={t.system.readers}
      padded={false}
      aside={
        <Button variant="default" onClick={shown.open}>
          {t.system.readerAdd}
        </Button>
      }
    >
      <Text size="sm" c="dimmed" px="md" pb="sm">
        {t.system.readersHint}
      </Text>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.data && readers.length === 0 && (
        <Group px="md" pb="md" gap="sm">
          <Text size="sm">{t.system.readersNone}</Text>
          <Button
            variant="default"
            size="compact-sm"
            loading={put.isPending}
            onClick={() =>
              put.mutate({
                params: { path: { name: NOBODY } },
                body: { kind: "other", sees_cache: true },
              })
            }
          >
            {t.system.readerNobody}
          </Button>
        </Group>
      )}
      <Entries label={t.system.readers}>
        {readers.map((reader) => (
          <ReaderEntry key={reader.name} reader={reader} />
        ))}
      </Entries>
      <Modal opened={adding} onClose={shown.close} title={t.system.readerAdd}>
        <ReaderForm onDone={shown.close} />
      </Modal>
    </Card>
  );
}

function ReaderEntry({ reader }: { reader: Reader }) {
  const again = useReadAgain("/api/system/readers", "/api/system/doctor");
  const remove = $api.useMutation("delete", "/api/system/readers/{name}", {
    onSuccess: again,
    onError: reportProblem,
  });
  const isNobody = reader.name === NOBODY && reader.sees_cache === true;
  return (
    <Entry
      name={isNobody ? t.system.readerNobodyRow : reader.name}
      marks={!isNobody && <SeesMark sees={reader.sees_cache} />}
      facts={[
        isNobody ? null : t.system.readerKinds[reader.kind],
        <span key="noted">
          {t.system.readerNoted} <When at={reader.noted_at} />
        </span>,
      ]}
      actions={
        <ActionIcon
          aria-label={t.system.readerRemove(reader.name)}
          loading={remove.isPending}
          onClick={() => remove.mutate({ params: { path: { name: reader.name } } })}
        >
          <IconTrash size={16} />
        </ActionIcon>
      }
    />
  );
}

function SeesMark({ sees }: { sees: boolean | null }) {
  if (sees === null) {
    return (
      <State tone="quiet" icon={IconHelpCircle}>
        {t.system.seesMark.unknown}
      </State>
    );
  }
  return sees ? (
    <State tone="served" icon={IconCheck}>
      {t.system.seesMark.yes}
    </State>
  ) : (
    <State tone="loss" icon={IconAlertTriangle}>
      {t.system.seesMark.no}
    </State>
  );
}

const SEES = { yes: true, no: false, unknown: null } as const;

function ReaderForm({ onDone }: { onDone: () => void }) {
  const again = useReadAgain("/api/system/readers", "/api/system/doctor");
  const [name, setName] = useState("");
  const [kind, setKind] = useState<ReaderKind>("download_manager");
  const [sees, setSees] = useState<keyof typeof SEES>("unknown");
  const put = $api.useMutation("put", "/api/system/readers/{name}", {
    onSuccess: async () => {
      await again();
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: { path: { name: name.trim() } }, body: { kind, sees_cache: SEES[sees] } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t.system.readerName}
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Radio.Group
          label={t.system.readerKind}
          value={kind}
          onChange={(value) => setKind(KINDS.find((one) => one === value) ?? "other")}
        >
          <Stack gap={6} mt={6}>
            {KINDS.map((one) => (
              <Radio key={one} value={one} label={t.system.readerKinds[one]} />
            ))}
          </Stack>
        </Radio.Group>
        <Radio.Group
          label={t.system.readerSees}
          value={sees}
          onChange={(value) => setSees(value === "yes" ? "yes" : value === "no" ? "no" : "unknown")}
        >
          <Group mt={6}>
            {(["yes", "no", "unknown"] as const).map((one) => (
              <Radio key={one} value={one} label={t.system.sees[one]} />
            ))}
          </Group>
        </Radio.Group>
        {put.error && <ErrorNotice error={put.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={put.isPending}>
            {t.system.readerAdd}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
