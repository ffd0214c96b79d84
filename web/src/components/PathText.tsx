/** A path in mono, cut in its middle so that root and extension stay readable; whole on hover, copied by a click. */
import { Group } from "@mantine/core";
import { t } from "@/strings";
import { CopyIcon } from "./CopyIcon";
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
      {copy && <CopyIcon text={path} label={t.common.copyPath} />}
    </Group>
  );
}
