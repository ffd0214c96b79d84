/** A card with nothing in it yet: what it will show, and when. */
import { Box, Text } from "@mantine/core";
import type { ReactNode } from "react";

export function Teach({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Box px="md" pb="md">
      <Text fw={500}>{title}</Text>
      {children && (
        <Text component="div" size="sm" c="dimmed">
          {children}
        </Text>
      )}
    </Box>
  );
}
