/** The order, where there is no header to click: on a phone. */
import { Menu } from "@mantine/core";
import { IconArrowsSort } from "@tabler/icons-react";
import { t } from "@/strings";
import { firstOrder, type Sorting } from "./filter";
import { MenuChoice } from "./MenuChoice";
import { SORTS } from "./search";
import { ToolButton } from "./ToolButton";
import type { SetSearch } from "./useSearchState";

export function SortMenu({ sorting, set }: { sorting: Sorting; set: SetSearch }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ToolButton small label={t.cached.sortedBy} icon={IconArrowsSort} />
      </Menu.Target>
      <Menu.Dropdown>
        {SORTS.map((sort) => (
          <MenuChoice
            key={sort}
            label={t.cached.sort[sort]}
            on={sort === sorting.sort}
            choose={() => set({ sort, order: firstOrder(sort) })}
          />
        ))}
        <Menu.Divider />
        {(["asc", "desc"] as const).map((order) => (
          <MenuChoice
            key={order}
            label={order === "asc" ? t.cached.ascending : t.cached.descending}
            on={order === sorting.order}
            choose={() => set({ order })}
          />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
