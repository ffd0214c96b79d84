/** Which role: each with what it may do. */
import { Radio, Stack } from "@mantine/core";
import type { Role } from "@/api/schema";
import { t } from "@/strings";

const ROLES = ["viewer", "operator", "admin"] as const satisfies readonly Role[];

export function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  return (
    <Radio.Group
      label={t.system.role}
      value={value}
      onChange={(given) => onChange(ROLES.find((role) => role === given) ?? "viewer")}
    >
      <Stack gap={8} mt={6}>
        {ROLES.map((role) => (
          <Radio key={role} value={role} label={t.system.roles[role]} description={t.system.roleHint[role]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
