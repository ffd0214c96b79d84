/** A role as a small word beside a name. */
import { Badge } from "@mantine/core";
import type { Role } from "@/api/schema";
import { t } from "@/strings";

export function RoleMark({ role }: { role: Role }) {
  return (
    <Badge variant="default" size="sm" tt="none" fw={500}>
      {t.system.roles[role]}
    </Badge>
  );
}
