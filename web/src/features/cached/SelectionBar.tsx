/** What is selected, and what can be done with it. */
import { Button, Group, Text, Tooltip } from "@mantine/core";
import { IconPin, IconPinnedOff, IconTrash, IconX } from "@tabler/icons-react";
import type { BatchAction } from "@/api/schema";
import { t } from "@/strings";
import { countOf, MOST_IDS, sizeOf } from "./selection";
import type { Selecting } from "./useSelection";

export function SelectionBar({
  selecting,
  total,
  size,
  onRemove,
  onPin,
}: {
  selecting: Selecting;
  total: number;
  /** Of all that match, where it is known. */
  size: number | null;
  onRemove: () => void;
  onPin: (action: Exclude<BatchAction, "remove">) => void;
}) {
  const { selection } = selecting;
  const meant = countOf(selection, total);
  if (meant === 0) return null;
  // The API knows files or a question, not a question with exceptions.
  const stuck = selection.kind === "all" && selection.except.size > 0 && meant > MOST_IDS;
  const words =
    selection.kind === "rows"
      ? t.cached.selected(meant, sizeOf(selection.rows.values()))
      : t.cached.selectedAll(meant, selection.except.size);
  const act = (label: string, icon: typeof IconPin, run: () => void) => {
    const Sign = icon;
    return (
      <Tooltip label={t.cached.exceptionsTooMany(MOST_IDS)} disabled={!stuck} multiline maw={320}>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<Sign size={16} />}
          data-disabled={stuck}
          aria-disabled={stuck}
          onClick={stuck ? (event) => event.preventDefault() : run}
        >
          {label}
        </Button>
      </Tooltip>
    );
  };
  return (
    <Group component="section" aria-label={t.cached.selection} className="card" gap="xs" px="sm" py={8}>
      <Text size="sm" fw={600} role="status">
        {words}
        {selection.kind === "all" &&
          selection.except.size === 0 &&
          size !== null &&
          ` · ${t.cached.sizeWords(size)}`}
      </Text>
      {selecting.cut && (
        <Text size="xs" c="dimmed">
          {t.cached.tooMany(MOST_IDS)}
        </Text>
      )}
      {act(t.cached.removeMany, IconTrash, onRemove)}
      {act(t.cached.pin, IconPin, () => onPin("pin"))}
      {act(t.cached.unpin, IconPinnedOff, () => onPin("unpin"))}
      {selection.kind === "rows" && meant < total && (
        <Button size="compact-md" variant="subtle" onClick={selecting.every}>
          {t.cached.selectAll(total)}
        </Button>
      )}
      <Button
        size="compact-md"
        variant="subtle"
        color="gray"
        ms="auto"
        leftSection={<IconX size={16} />}
        onClick={selecting.clear}
      >
        {t.cached.clearSelection}
      </Button>
    </Group>
  );
}
