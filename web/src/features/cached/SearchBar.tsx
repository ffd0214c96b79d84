/** Search, filters and what they come to. On a phone the filters unfold. */
import { Box, Button, Group } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { type Ref, useState } from "react";
import { t } from "@/strings";
import { type Counted, Counts } from "./Counts";
import { Filters } from "./Filters";
import { FILTER_KEYS, type Filter } from "./filter";
import { SearchBox } from "./SearchBox";
import type { SetSearch } from "./useSearchState";

export function SearchBar({
  box,
  filter,
  set,
  counted,
  phone,
  onLeave,
}: {
  box: Ref<HTMLInputElement>;
  filter: Filter;
  set: SetSearch;
  counted: Counted;
  phone: boolean;
  onLeave: () => void;
}) {
  const [shown, setShown] = useState(false);
  const filtered = FILTER_KEYS.some((key) => key !== "q" && filter[key] !== undefined);
  return (
    <Group gap="xs" role="search" aria-label={t.cached.filters}>
      <SearchBox
        ref={box}
        value={filter.q ?? ""}
        onChange={(q) => set({ q: q || undefined }, "replace")}
        onLeave={onLeave}
      />
      {phone && (
        <Button
          variant={filtered ? "light" : "default"}
          leftSection={<IconFilter size={16} />}
          aria-expanded={shown}
          onClick={() => setShown(!shown)}
        >
          {t.cached.filters}
        </Button>
      )}
      {(!phone || shown) && <Filters filter={filter} set={set} />}
      {!phone && (
        <Box ms="auto">
          <Counts counted={counted} />
        </Box>
      )}
    </Group>
  );
}
