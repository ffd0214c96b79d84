/** A path in mono, cut in its middle so that root and extension stay readable; whole on hover, copied by a click. */
import { ActionIcon, CopyButton, Group, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { t } from "@/strings";
import classes from "./PathText.module.css";

/** How much of the end is never cut. */
const TAIL = 24;

export function PathText({ path, copy = true }: { path: string; copy?: boolean }) {
  const characters = Array.from(path);
  const cut = Math.max(0, characters.length - TAIL);
  return (
    <Group gap={2} wrap="nowrap" miw={0} className={classes.root ?? ""}>
      <span className={classes.path} title={path}>
        <span className={classes.head}>{characters.slice(0, cut).join("")}</span>
        <span className={classes.tail}>{characters.slice(cut).join("")}</span>
      </span>
      {copy && (
        <CopyButton value={path}>
          {({ copied, copy: take }) => (
            <Tooltip label={copied ? t.common.copied : t.common.copyPath}>
              <ActionIcon size={24} onClick={take} aria-label={t.common.copyPath}>
                {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      )}
    </Group>
  );
}
