/** Views: apply one, keep what is shown, rename, delete. */
import { ActionIcon, Button, Group, Modal, Popover, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBookmark, IconPencil, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { reportDone } from "@/components/report";
import { t } from "@/strings";
import type { CachedSearch } from "./search";
import { ToolButton } from "./ToolButton";
import { BUILT_IN, isSame, LONGEST_NAME, renamed, saved, useViews, type View, viewOf } from "./views";

export function ViewsMenu({
  small,
  search,
  apply,
}: {
  small: boolean;
  search: CachedSearch;
  apply: (search: CachedSearch) => void;
}) {
  const [views, setViews] = useViews();
  const [opened, setOpened] = useState(false);
  /** The view that is named anew; null for one that is to be kept. */
  const [naming, setNaming] = useState<{ from: string | null } | null>(null);

  const choose = (view: View) => {
    setOpened(false);
    apply(view.search);
  };
  const forget = (view: View) => {
    setViews((old) => old.filter(({ name }) => name !== view.name));
    const id = notifications.show({
      role: "status",
      message: (
        <Group justify="space-between">
          {t.cached.viewDeleted(view.name)}
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => {
              setViews((old) => saved(old, view));
              notifications.hide(id);
            }}
          >
            {t.cached.undo}
          </Button>
        </Group>
      ),
    });
  };
  const name = (to: string) => {
    const from = naming?.from ?? null;
    if (from === null) setViews((old) => saved(old, { name: to, search: viewOf(search) }));
    else setViews((old) => renamed(old, from, to));
    setNaming(null);
    reportDone(t.cached.viewKept(to));
  };

  return (
    <>
      <Popover position="bottom-end" trapFocus returnFocus opened={opened} onChange={setOpened}>
        <Popover.Target>
          <ToolButton
            small={small}
            label={t.cached.views}
            icon={IconBookmark}
            onClick={() => setOpened(!opened)}
          />
        </Popover.Target>
        <Popover.Dropdown aria-label={t.cached.views} p={6}>
          <Stack gap={2} w={280}>
            <Caption words={t.cached.viewsOwn} />
            {views.length === 0 && (
              <Text size="sm" c="dimmed" px="xs">
                {t.cached.viewsNone}
              </Text>
            )}
            {views.map((view) => (
              <Group key={view.name} gap={0} wrap="nowrap">
                <Choice view={view} current={isSame(search, view.search)} choose={choose} />
                <ActionIcon
                  aria-label={t.cached.viewRename(view.name)}
                  onClick={() => {
                    setOpened(false);
                    setNaming({ from: view.name });
                  }}
                >
                  <IconPencil size={15} />
                </ActionIcon>
                <ActionIcon aria-label={t.cached.viewDelete(view.name)} onClick={() => forget(view)}>
                  <IconTrash size={15} />
                </ActionIcon>
              </Group>
            ))}
            <Button
              variant="subtle"
              justify="flex-start"
              onClick={() => {
                setOpened(false);
                setNaming({ from: null });
              }}
            >
              {t.cached.viewSave}
            </Button>
            <Caption words={t.cached.viewsBuiltIn} />
            {BUILT_IN.map((view) => (
              <Choice key={view.name} view={view} current={isSame(search, view.search)} choose={choose} />
            ))}
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {naming && (
        <NameDialog
          first={naming.from ?? ""}
          taken={views.map((view) => view.name)}
          onName={name}
          onClose={() => setNaming(null)}
        />
      )}
    </>
  );
}

function Caption({ words }: { words: string }) {
  return (
    <Text size="xs" c="dimmed" px="xs" pt={6}>
      {words}
    </Text>
  );
}

function Choice({ view, current, choose }: { view: View; current: boolean; choose: (view: View) => void }) {
  return (
    <Button
      variant="subtle"
      color="gray"
      fullWidth
      justify="flex-start"
      aria-current={current || undefined}
      {...(current ? { c: "var(--mantine-color-anchor)" } : { c: "var(--mantine-color-text)", fw: 400 })}
      onClick={() => choose(view)}
    >
      {view.name}
    </Button>
  );
}

function NameDialog({
  first,
  taken,
  onName,
  onClose,
}: {
  first: string;
  taken: readonly string[];
  onName: (name: string) => void;
  onClose: () => void;
}) {
  const [name, setName] = useState(first);
  const meant = name.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (meant !== "") onName(meant);
  };
  return (
    <Modal opened onClose={onClose} title={first === "" ? t.cached.viewSave : t.cached.viewRename(first)}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={t.cached.viewName}
            description={t.cached.viewNameHint}
            value={name}
            maxLength={LONGEST_NAME}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {meant !== first && taken.includes(meant) && <Text size="sm">{t.cached.viewExists}</Text>}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t.common.cancel}
            </Button>
            <Button type="submit" disabled={meant === ""}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
