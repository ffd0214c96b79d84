/** The frame of a page: its heading, what can be done here, and the content. */
import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { t } from "@/strings";

export function Page({
  title,
  lead,
  actions,
  children,
  fill = false,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Whether the page is as high as the window and its content scrolls within. */
  fill?: boolean;
}) {
  useEffect(() => {
    document.title = `${title} · ${t.shell.name}`;
  }, [title]);
  return (
    <Stack gap="md" p={{ base: "sm", sm: "md", lg: "lg" }} {...(fill ? { h: "100%", mih: 0 } : {})}>
      <Group justify="space-between" align="center" gap="sm" mih={36}>
        <div>
          <Title order={1}>{title}</Title>
          {lead && (
            <Text c="dimmed" size="sm">
              {lead}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
