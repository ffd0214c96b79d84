/** Copies a text, and says so. */
import { Button } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { t } from "@/strings";
import { useCopied } from "./useCopied";

export function CopyTextButton({ text }: { text: string }) {
  const { copied, copy } = useCopied(text);
  return (
    <Button
      variant="default"
      flex="none"
      data-autofocus
      onClick={copy}
      leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
    >
      <span aria-live="polite">{copied ? t.common.copied : t.common.copy}</span>
    </Button>
  );
}
