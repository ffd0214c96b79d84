/** Something that can be done with the whole page: words and a sign, on a phone the sign alone. */
import { ActionIcon, Button } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ComponentPropsWithoutRef, Ref } from "react";

interface Props
  extends Omit<ComponentPropsWithoutRef<"button">, "children" | "color" | "disabled" | "style"> {
  ref?: Ref<HTMLButtonElement>;
  label: string;
  icon: Icon;
  small: boolean;
}

export function ToolButton({ ref, label, icon: Sign, small, ...rest }: Props) {
  const common = { variant: "default", ...(ref ? { ref } : {}), ...rest } as const;
  return small ? (
    <ActionIcon size={36} aria-label={label} title={label} {...common}>
      <Sign size={18} />
    </ActionIcon>
  ) : (
    <Button leftSection={<Sign size={16} />} {...common}>
      {label}
    </Button>
  );
}
