/** What putting everything back will do, before it is done. */
import { Button, Checkbox, Group, List, Loader, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "@/api/client";
import { ErrorNotice } from "@/components/Notice";
import { bytes } from "@/lib/format";
import { PAUSED } from "@/live/effects";
import { t } from "@/strings";
import { beginPutBack } from "./beginPutBack";

export function PutBackPreview({
  onBegun,
  onClose,
}: {
  onBegun: (job: string) => void;
  onClose: () => void;
}) {
  const words = t.putBack;
  const queries = useQueryClient();
  // A preview is of now.
  const fresh = { staleTime: 0 };
  const statistics = $api.useQuery("get", "/api/cached/statistics", {}, fresh);
  const sessions = $api.useQuery("get", "/api/sessions", {}, fresh).data?.data.sessions ?? [];
  const active = { params: { query: { active: true, limit: 100 } } };
  const jobs = $api.useQuery("get", "/api/jobs", active, fresh).data?.data.jobs;
  const begin = useMutation({
    mutationFn: beginPutBack,
    onSuccess: onBegun,
    onSettled: () => queries.invalidateQueries({ queryKey: PAUSED }),
  });
  const [pause, setPause] = useState(true);
  const known = statistics.data?.data;
  const copies = jobs?.filter((job) => job.kind === "cache").length ?? 0;
  const watching = sessions.filter((session) => session.hit).length;

  if (statistics.error) {
    return <ErrorNotice error={statistics.error} retry={() => void statistics.refetch()} />;
  }
  if (!known || !jobs) return <Loader aria-label={words.counting} />;
  const isNothing = known.total_files === 0 && copies === 0;
  return (
    <Stack>
      {isNothing ? (
        <Text>{words.nothing}</Text>
      ) : (
        <>
          <Text fw={600}>{words.what(known.total_files, bytes(known.total_size_bytes))}</Text>
          <Text>{words.how}</Text>
          <List spacing={4} size="sm">
            {watching > 0 && <List.Item>{words.watching(watching)}</List.Item>}
            {copies > 0 && <List.Item>{words.copying(copies)}</List.Item>}
            {known.orphaned_files > 0 && <List.Item>{words.orphans(known.orphaned_files)}</List.Item>}
            <List.Item>{words.move}</List.Item>
            {!pause && <List.Item>{words.hold}</List.Item>}
          </List>
          <Checkbox
            label={words.pause}
            description={words.pauseHint}
            checked={pause}
            onChange={(event) => setPause(event.currentTarget.checked)}
          />
        </>
      )}
      {begin.error && <ErrorNotice error={begin.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          {isNothing ? t.common.close : t.common.cancel}
        </Button>
        {!isNothing && (
          <Button loading={begin.isPending} onClick={() => begin.mutate({ pause })}>
            {words.go}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
