/** Files of at least, or at most, so many bytes. */
import { Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { FilterForm } from "./FilterMenu";
import type { Filter } from "./filter";
import type { SetSearch } from "./useSearchState";

const GB = 1024 ** 3;

export function sizeWords({ min, max }: Pick<Filter, "min" | "max">): string | null {
  if (min !== undefined && max !== undefined) return t.cached.sizeBetween(bytes(min), bytes(max));
  if (min !== undefined) return t.cached.sizeAtLeast(bytes(min));
  return max === undefined ? null : t.cached.sizeAtMost(bytes(max));
}

export function SizeFilter({ filter, set }: { filter: Filter; set: SetSearch }) {
  return (
    <FilterForm
      name={t.cached.filter.size}
      says={sizeWords(filter)}
      onClear={() => set({ min: undefined, max: undefined })}
    >
      {(close) => <Bounds filter={filter} set={set} onDone={close} />}
    </FilterForm>
  );
}

function Bounds({ filter, set, onDone }: { filter: Filter; set: SetSearch; onDone: () => void }) {
  const shown = (size: number | undefined) => (size === undefined ? "" : Number((size / GB).toFixed(3)));
  const [least, setLeast] = useState<number | string>(shown(filter.min));
  const [most, setMost] = useState<number | string>(shown(filter.max));
  const meant = (value: number | string) => (value === "" ? undefined : Math.round(Number(value) * GB));
  const apply = (event: FormEvent) => {
    event.preventDefault();
    set({ min: meant(least), max: meant(most) });
    onDone();
  };
  const common = { min: 0, decimalScale: 3, w: 120, hideControls: true } as const;
  return (
    <form onSubmit={apply}>
      <Stack gap="xs">
        <Group gap="xs">
          <NumberInput label={t.cached.atLeast} value={least} onChange={setLeast} {...common} />
          <NumberInput label={t.cached.atMost} value={most} onChange={setMost} {...common} />
        </Group>
        <Text size="xs" c="dimmed">
          {t.cached.sizeHint}
        </Text>
        <Button type="submit">{t.cached.apply}</Button>
      </Stack>
    </form>
  );
}
