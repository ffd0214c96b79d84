/** The frame of what is seen before the pages. */
import { Box, Center, Group, Stack, Title } from "@mantine/core";
import { IconBolt } from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { t } from "@/strings";

export function Frame({
  title,
  children,
  wide = false,
}: {
  title: string;
  children: ReactNode;
  wide?: boolean;
}) {
  useEffect(() => {
    document.title = `${title} · ${t.shell.name}`;
  }, [title]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Box className="card" p="xl" w="100%" maw={wide ? 520 : 420}>
        <Stack gap="md">
          <Group gap={8}>
            <IconBolt size={24} color="var(--mantine-color-anchor)" aria-hidden />
            <Title order={1}>{title}</Title>
          </Group>
          {children}
        </Stack>
      </Box>
    </Center>
  );
}
