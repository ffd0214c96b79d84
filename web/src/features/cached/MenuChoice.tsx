/** One of several in a menu; choosing it closes the menu. */
import { Menu } from "@mantine/core";

export function MenuChoice({ label, on, choose }: { label: string; on: boolean; choose: () => void }) {
  return (
    <Menu.RadioItem value={label} checked={on} onChange={choose} closeMenuOnClick>
      {label}
    </Menu.RadioItem>
  );
}
