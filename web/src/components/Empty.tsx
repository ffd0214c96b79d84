/** Where nothing is to be seen: why, and what comes next. */
import { Center, Stack, Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

export function Empty({ icon: Sign, title, children }: { icon: Icon; title: string; children?: ReactNode }) {
  return (
    <Center py={48} px="md">
      <Stack align="center" gap={8} maw={460}>
        <Sign size={32} stroke={1.4} color="var(--text-quiet)" aria-hidden />
        <Text fw={600} ta="center">
          {title}
        </Text>
        <Text component="div" c="dimmed" ta="center">
          {children}
        </Text>
      </Stack>
    </Center>
  );
}
