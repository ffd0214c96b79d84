/** One thing to look for: a button that says what is looked for, a menu of what could be, a cross to stop. */
import { Button, Menu, Popover } from "@mantine/core";
import { IconChevronDown, IconX } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { t } from "@/strings";
import { MenuChoice } from "./MenuChoice";

interface Common {
  name: string;
  /** What is looked for, in words; null where that is nothing. */
  says: string | null;
  onClear: () => void;
}

function Cross({ name, says, onClear }: Common) {
  if (says === null) return null;
  return (
    <Button variant="light" px={7} onClick={onClear} aria-label={t.cached.removeFilter(name)}>
      <IconX size={14} />
    </Button>
  );
}

function face({ name, says }: Common) {
  return {
    variant: says === null ? "default" : "light",
    rightSection: says === null ? <IconChevronDown size={14} /> : undefined,
    children: says === null ? name : t.cached.filterIs(name, says),
    px: 10,
    fw: 500,
    maw: 260,
  };
}

/** One of several values. */
export function FilterMenu<Value extends string>({
  options,
  value,
  any = t.cached.any,
  onChange,
  ...common
}: Common & {
  options: readonly { value: Value; label: string }[];
  value: Value | undefined;
  any?: string;
  onChange: (value: Value) => void;
}) {
  return (
    <Button.Group>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button {...face(common)} />
        </Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
          <MenuChoice label={any} on={value === undefined} choose={common.onClear} />
          {options.map((one) => (
            <MenuChoice
              key={one.value}
              label={one.label}
              on={one.value === value}
              choose={() => onChange(one.value)}
            />
          ))}
        </Menu.Dropdown>
      </Menu>
      <Cross {...common} />
    </Button.Group>
  );
}

/** Something that a small form asks for. */
export function FilterForm({ children, ...common }: Common & { children: (close: () => void) => ReactNode }) {
  const [opened, setOpened] = useState(false);
  return (
    <Button.Group>
      <Popover position="bottom-start" trapFocus opened={opened} onChange={setOpened}>
        <Popover.Target>
          <Button {...face(common)} onClick={() => setOpened(!opened)} />
        </Popover.Target>
        <Popover.Dropdown aria-label={common.name}>{children(() => setOpened(false))}</Popover.Dropdown>
      </Popover>
      <Cross {...common} />
    </Button.Group>
  );
}
