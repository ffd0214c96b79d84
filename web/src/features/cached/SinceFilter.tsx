/** Files cached lately, or since a day. */
import { Button, Stack, TextInput } from "@mantine/core";
import { t } from "@/strings";
import { FilterForm } from "./FilterMenu";
import type { Filter } from "./filter";
import type { SetSearch } from "./useSearchState";

const DAYS = [1, 7, 30, 365] as const;

/** The day so many days ago, as the API takes it: whole days, so that a shared address means the same tomorrow. */
export function dayBefore(days: number, now: Date): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
}

export function sinceWords({ since }: Pick<Filter, "since">): string | null {
  if (since === undefined) return null;
  const day = new Date(since);
  // A plain day is one in UTC.
  const zone = since.length === 10 ? { timeZone: "UTC" } : {};
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", ...zone }).format(day);
}

export function SinceFilter({ filter, set }: { filter: Filter; set: SetSearch }) {
  return (
    <FilterForm
      name={t.cached.filter.since}
      says={sinceWords(filter)}
      onClear={() => set({ since: undefined })}
    >
      {(close) => {
        const choose = (since: string | undefined) => {
          set({ since });
          close();
        };
        return (
          <Stack gap={4}>
            {DAYS.map((days) => (
              <Button
                key={days}
                variant="subtle"
                color="gray"
                justify="flex-start"
                onClick={() => choose(dayBefore(days, new Date()))}
              >
                {t.cached.sinceDays[days]}
              </Button>
            ))}
            <TextInput
              type="date"
              label={t.cached.sinceDay}
              defaultValue={filter.since?.slice(0, 10) ?? ""}
              onChange={(event) => set({ since: event.currentTarget.value || undefined }, "replace")}
            />
          </Stack>
        );
      }}
    </FilterForm>
  );
}
