/** A line to paste into a terminal. */
import { Code, Group } from "@mantine/core";
import { t } from "@/strings";
import { CopyIcon } from "./CopyIcon";

export function Command({ line }: { line: string }) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Code block flex={1} miw={0} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {line}
      </Code>
      <CopyIcon text={line} label={t.common.copy} />
    </Group>
  );
}
