/** One setting as a field; what is pinned from outside says where. */
import { TextInput } from "@mantine/core";
import type { Setting } from "@/api/schema";
import { t } from "@/strings";

export function pinnedBy(setting: Setting | null): string | null {
  if (!setting || setting.changeable) return null;
  return setting.origin.name ? t.wizard.pinned(setting.origin.name) : t.wizard.pinnedElsewhere;
}

export function SettingField({
  setting,
  label,
  hint,
  value,
  onChange,
  error,
  placeholder,
  isPath = false,
}: {
  setting: Setting | null;
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | null;
  placeholder?: string;
  isPath?: boolean;
}) {
  const pinned = pinnedBy(setting);
  return (
    <TextInput
      label={label}
      description={pinned ?? hint}
      readOnly={pinned !== null}
      value={value}
      error={error}
      spellCheck={false}
      autoComplete="off"
      maw={560}
      {...(placeholder ? { placeholder } : {})}
      {...(isPath ? { styles: { input: { fontFamily: "var(--mantine-font-family-monospace)" } } } : {})}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
