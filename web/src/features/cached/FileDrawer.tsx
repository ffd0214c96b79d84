/** Everything about one file: why it is here, who wants it, where it lies, how its copy is known to be good. */
import { ActionIcon, Center, Drawer, Group, Loader, Stack, Text } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { KeyboardEvent } from "react";
import { $api } from "@/api/client";
import { problemOf } from "@/api/problem";
import type { FileDetail } from "@/api/schema";
import { ErrorNotice } from "@/components/Notice";
import { readAgainSoon } from "@/live/effects";
import { useLiveEvent } from "@/live/live";
import { t } from "@/strings";
import { FileActions } from "./FileActions";
import { Facts, History, Paths, Proof, titleOf, Wanted } from "./FileFacts";
import { FileWhy } from "./FileWhy";

const DETAIL = "/api/cached/files/{file_id}";

interface Props {
  id: string;
  /** Whether a dialog is before it, which has the keyboard then. */
  covered: boolean;
  onClose: () => void;
  onStep: (by: -1 | 1) => void;
  onRemove: (file: FileDetail) => void;
  onPin: (file: FileDetail) => void;
}

export default function FileDrawer({ id, covered, onClose, onStep, onRemove, onPin }: Props) {
  const queries = useQueryClient();
  const read = $api.useQuery(
    "get",
    DETAIL,
    { params: { path: { file_id: id } } },
    // While another file is read the one before stays: stepping through does not flicker.
    { placeholderData: (old) => old },
  );
  const file = read.data?.data;
  useLiveEvent((event) => {
    const about =
      (event.type === "cache_file_added" && event.data.file_info.id === id) ||
      (event.type === "cache_file_removed" && event.data.file_id === id) ||
      (event.type === "job_finished" && (event.data.file_id === id || event.data.kind === "batch")) ||
      ((event.type === "session_started" || event.type === "session_ended") &&
        event.data.file_path === file?.file_path);
    if (about) readAgainSoon(queries, DETAIL);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (covered || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "ArrowRight") onStep(1);
    else if (event.key === "k" || event.key === "ArrowLeft") onStep(-1);
    else return;
    event.preventDefault();
  };

  return (
    <Drawer.Root
      opened
      onClose={onClose}
      position="right"
      size={520}
      returnFocus={false}
      closeOnEscape={!covered}
      trapFocus={!covered}
      onKeyDown={onKeyDown}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        <Drawer.Header style={{ alignItems: "flex-start" }}>
          <Drawer.Title fw={600} fz="lg" style={{ overflowWrap: "anywhere" }}>
            {file ? titleOf(file) : t.cached.drawer.title}
          </Drawer.Title>
          <Group gap={4} wrap="nowrap" ms="auto">
            <Step label={t.cached.drawer.previous} keys="k" icon={IconChevronUp} run={() => onStep(-1)} />
            <Step label={t.cached.drawer.next} keys="j" icon={IconChevronDown} run={() => onStep(1)} />
            <Drawer.CloseButton aria-label={t.common.close} />
          </Group>
        </Drawer.Header>
        <Drawer.Body>
          {read.error && (
            <ErrorNotice error={read.error} retry={() => void read.refetch()}>
              {problemOf(read.error).code === "not_found" && <Text>{t.cached.drawer.gone}</Text>}
            </ErrorNotice>
          )}
          {read.isPending && (
            <Center py="xl">
              <Loader aria-label={t.common.loading} />
            </Center>
          )}
          {file && !read.error && (
            <Stack gap="lg" aria-busy={read.isPlaceholderData || undefined}>
              <Facts file={file} />
              <FileActions file={file} onRemove={onRemove} onPin={onPin} />
              <FileWhy file={file} />
              <Wanted file={file} />
              <Paths file={file} />
              <Proof file={file} />
              <History file={file} />
            </Stack>
          )}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Step({
  label,
  keys,
  icon: Sign,
  run,
}: {
  label: string;
  keys: string;
  icon: typeof IconChevronUp;
  run: () => void;
}) {
  return (
    <ActionIcon aria-label={label} title={`${label} (${keys})`} aria-keyshortcuts={keys} onClick={run}>
      <Sign size={18} />
    </ActionIcon>
  );
}
