/** What should be looked at: nothing broke, and nothing gets better by itself. */
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";

export function Warning({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <Alert
      variant="outline"
      color="yellow"
      icon={<IconAlertTriangle />}
      className="card"
      title={title}
      styles={{ title: { color: "var(--state-attention)" }, icon: { color: "var(--state-attention)" } }}
    >
      {children}
    </Alert>
  );
}
