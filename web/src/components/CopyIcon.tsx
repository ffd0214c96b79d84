/** Copies a text by one click, and shows that it did. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { t } from "@/strings";
import { useCopied } from "./useCopied";

export function CopyIcon({ text, label }: { text: string; label: string }) {
  const { copied, copy } = useCopied(text);
  const words = copied ? t.common.copied : label;
  return (
    <Tooltip label={words}>
      <ActionIcon size={24} onClick={copy} aria-label={words}>
        {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </Tooltip>
  );
}
