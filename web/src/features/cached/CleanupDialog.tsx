/** Looks for missing copies first, and forgets them only when that is asked for. */
import { Alert, Button, Group, List, Loader, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { client } from "@/api/client";
import { problemOf } from "@/api/problem";
import type { CleanupResult } from "@/api/schema";
import { ErrorNotice } from "@/components/Notice";
import { useLiveEvent } from "@/live/live";
import { t } from "@/strings";

type State =
  | { kind: "asking" }
  | { kind: "looking"; jobId: string | null }
  | { kind: "found"; result: CleanupResult }
  | { kind: "failed"; error: unknown; remove: boolean };

export default function CleanupDialog({ onClose }: { onClose: () => void }) {
  const [state, setState] = useState<State>({ kind: "asking" });

  const run = async (remove: boolean, confirm: boolean) => {
    setState({ kind: "looking", jobId: null });
    try {
      const { data } = await client.POST("/api/cached/cleanup", {
        body: { remove_orphaned: remove, confirm },
      });
      if (!data) return;
      const result = data.data;
      if (result.job_id === null) setState({ kind: "found", result });
      else {
        setState({ kind: "looking", jobId: result.job_id });
        await ask(result.job_id);
      }
    } catch (error) {
      setState({ kind: "failed", error, remove });
    }
  };
  // It may have ended before anybody listened.
  const ask = async (jobId: string) => {
    const { data } = await client.GET("/api/jobs/{job_id}", { params: { path: { job_id: jobId } } });
    if (data?.data.cleanup && data.data.state === "done")
      setState({ kind: "found", result: data.data.cleanup });
  };
  useLiveEvent((event) => {
    if (event.type !== "job_finished" || state.kind !== "looking" || event.data.id !== state.jobId) return;
    const { cleanup, error } = event.data;
    if (cleanup && event.data.state === "done") setState({ kind: "found", result: cleanup });
    else setState({ kind: "failed", error: new Error(error?.message ?? ""), remove: false });
  });

  return (
    <Modal opened onClose={onClose} title={t.cached.cleanup.title} size="lg">
      <Stack gap="sm" aria-live="polite">
        {state.kind === "asking" && (
          <>
            <Text>{t.cached.cleanup.what}</Text>
            <Text>{t.cached.cleanup.second}</Text>
            <Buttons onClose={onClose} label={t.cached.cleanup.look} run={() => void run(false, false)} />
          </>
        )}
        {state.kind === "looking" && (
          <Group>
            <Loader size="sm" />
            <Text>{t.cached.cleanup.looking}</Text>
          </Group>
        )}
        {state.kind === "failed" && (
          <Failed
            error={state.error}
            onClose={onClose}
            again={() => void run(state.remove, false)}
            confirm={() => void run(state.remove, true)}
          />
        )}
        {state.kind === "found" && (
          <Found result={state.result} onClose={onClose} forget={() => void run(true, false)} />
        )}
      </Stack>
    </Modal>
  );
}

function Buttons({ onClose, label, run }: { onClose: () => void; label: string; run: () => void }) {
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onClose}>
        {t.common.close}
      </Button>
      <Button onClick={run}>{label}</Button>
    </Group>
  );
}

function Failed({
  error,
  onClose,
  again,
  confirm,
}: {
  error: unknown;
  onClose: () => void;
  again: () => void;
  confirm: () => void;
}) {
  if (problemOf(error).code !== "mass_orphan_brake") return <ErrorNotice error={error} retry={again} />;
  return (
    <>
      <ErrorNotice error={error}>
        <Text mt="xs">
          {t.cached.cleanup.brake} {t.cached.cleanup.brakeHint}
        </Text>
      </ErrorNotice>
      <Buttons onClose={onClose} label={t.cached.cleanup.goOn} run={confirm} />
    </>
  );
}

function Found({
  result,
  onClose,
  forget,
}: {
  result: CleanupResult;
  onClose: () => void;
  forget: () => void;
}) {
  const { orphaned_count, removed_count, unrecoverable, unrecoverable_count, remove_orphaned } = result;
  const lost = unrecoverable_count ?? 0;
  const left = (orphaned_count ?? 0) - (removed_count ?? 0) - lost;
  return (
    <>
      <Text>
        {remove_orphaned
          ? t.cached.cleanup.forgotten(removed_count ?? 0)
          : t.cached.cleanup.found(orphaned_count ?? 0)}
      </Text>
      {lost > 0 && (
        <Alert variant="outline" color="red" className="card">
          {t.cached.cleanup.lost(lost)}
          <List size="sm" mah={180} style={{ overflowY: "auto" }}>
            {unrecoverable.map((file) => (
              <List.Item key={file.file_id} style={{ overflowWrap: "anywhere" }}>
                {file.file_path}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {!remove_orphaned && left > 0 ? (
        <Buttons onClose={onClose} label={t.cached.cleanup.forget(left)} run={forget} />
      ) : (
        <Group justify="flex-end">
          <Button onClick={onClose}>{t.common.done}</Button>
        </Group>
      )}
    </>
  );
}
