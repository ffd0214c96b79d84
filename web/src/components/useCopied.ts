import { useEffect, useState } from "react";
import { copyText } from "@/lib/clipboard";

const SAID_FOR = 4_000;

/** Copies a text; `copied` for as long as it is said. */
export function useCopied(text: string): { copied: boolean; copy: () => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_FOR);
    return () => clearTimeout(timer);
  }, [copied]);
  return { copied, copy: () => void copyText(text).then(setCopied) };
}
