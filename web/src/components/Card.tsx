/** A panel with a heading. */
import { Box, Group, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

export function Card({
  title,
  aside,
  children,
  padded = true,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  padded?: boolean;
}) {
  const heading = useId();
  return (
    <Box component="section" className="card" aria-labelledby={heading}>
      <Group justify="space-between" px="md" pt="sm" pb={padded ? 4 : "xs"} gap="xs" wrap="nowrap">
        <Title order={2} size="h3" id={heading}>
          {title}
        </Title>
        {aside}
      </Group>
      <Box px={padded ? "md" : 0} pb={padded ? "md" : 0}>
        {children}
      </Box>
    </Box>
  );
}
