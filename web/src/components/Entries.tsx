/** A short list of things that have a name, a few facts, and something that can be done with them. */
import { Box, Group, Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import classes from "./Entries.module.css";

export function Entries({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {children}
    </ul>
  );
}

export function Entry({
  name,
  marks,
  facts,
  below,
  actions,
}: {
  name: ReactNode;
  /** Beside the name: a role, a state. */
  marks?: ReactNode;
  /** Below it, in a row; what is absent is left out. */
  facts: readonly (ReactNode | null)[];
  /** What is wider than a fact: a bar, a reason. */
  below?: ReactNode;
  actions?: ReactNode;
}) {
  const shown = facts.filter((fact) => fact !== null && fact !== undefined && fact !== false);
  return (
    <li className={classes.entry}>
      <Box miw={0} className={classes.text ?? ""}>
        <Group gap="xs">
          <Text fw={600} className={classes.name ?? ""}>
            {name}
          </Text>
          {marks}
        </Group>
        <Text size="sm" c="dimmed" component="div">
          {shown.map((fact, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the facts of one entry keep their order
            <Fragment key={index}>
              {index > 0 && <span aria-hidden> · </span>}
              <span className={classes.fact}>{fact}</span>
            </Fragment>
          ))}
        </Text>
        {below}
      </Box>
      {actions && (
        <Group gap={4} wrap="nowrap">
          {actions}
        </Group>
      )}
    </li>
  );
}
