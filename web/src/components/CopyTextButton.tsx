/** Copies a text, and says so. */
import { Button } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { copyText } from "@/lib/clipboard";
import { t } from "@/strings";

const SAID_FOR = 4_000;

export function CopyTextButton({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_FOR);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button
      variant="default"
      flex="none"
      data-autofocus
      onClick={() => void copyText(text).then(setCopied)}
      leftSection={isCopied ? <IconCheck size={16} /> : <IconCopy size={16} />}
    >
      <span aria-live="polite">{isCopied ? t.common.copied : t.common.copy}</span>
    </Button>
  );
}
