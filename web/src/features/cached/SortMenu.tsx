/** The order, where there is no header to click: on a phone. */
import { Menu } from "@mantine/core";
import { IconArrowsSort } from "@tabler/icons-react";
import { t } from "@/strings";
import { firstOrder, type Sorting } from "./filter";
import { SORTS } from "./search";
import { ToolButton } from "./ToolButton";
import type { SetSearch } from "./useSearchState";

export function SortMenu({ sorting, set }: { sorting: Sorting; set: SetSearch }) {
  const item = (label: string, on: boolean, choose: () => void) => (
    <Menu.Item
      key={label}
      role="menuitemradio"
      aria-checked={on}
      onClick={choose}
      {...(on ? { fw: 600, c: "var(--mantine-color-anchor)" } : {})}
    >
      {label}
    </Menu.Item>
  );
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ToolButton small label={t.cached.sortedBy} icon={IconArrowsSort} />
      </Menu.Target>
      <Menu.Dropdown>
        {SORTS.map((sort) =>
          item(t.cached.sort[sort], sort === sorting.sort, () => set({ sort, order: firstOrder(sort) })),
        )}
        <Menu.Divider />
        {item(t.cached.ascending, sorting.order === "asc", () => set({ order: "asc" }))}
        {item(t.cached.descending, sorting.order === "desc", () => set({ order: "desc" }))}
      </Menu.Dropdown>
    </Menu>
  );
}
