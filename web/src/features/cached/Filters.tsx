/** What can be looked for, beside the search. */
import { Button } from "@mantine/core";
import { $api } from "@/api/client";
import { useSession } from "@/app/session";
import { t } from "@/strings";
import { FilterMenu } from "./FilterMenu";
import { type Filter, isEmpty } from "./filter";
import { SinceFilter } from "./SinceFilter";
import { SizeFilter } from "./SizeFilter";
import { OPERATIONS, STATUSES } from "./search";
import type { SetSearch } from "./useSearchState";

/** Nothing comes from Trakt yet. */
const OFFERED = OPERATIONS.filter((one) => one !== "trakt");

export function Filters({ filter, set }: { filter: Filter; set: SetSearch }) {
  const { may } = useSession();
  // Where nobody is told who wants what, this is refused, and there is nothing to choose.
  const users = $api.useQuery("get", "/api/users", {}, { staleTime: 60_000 });
  const roots = $api.useQuery("get", "/api/library", {}, { staleTime: 60_000, enabled: may("operator") });
  const people = withCurrent(
    (users.data?.data.users ?? []).map((user) => ({ value: user.user_id, label: user.title })),
    filter.user,
  );
  const libraries = withCurrent(
    (roots.data?.data.roots ?? []).map(({ name }) => ({ value: name, label: name })),
    filter.library,
  );
  return (
    <>
      <FilterMenu
        name={t.cached.filter.status}
        says={filter.status ? t.common.status[filter.status] : null}
        options={STATUSES.map((value) => ({ value, label: t.common.status[value] }))}
        value={filter.status}
        any={t.cached.anyStatus}
        onChange={(status) => set({ status })}
        onClear={() => set({ status: undefined })}
      />
      {people.length > 0 && (
        <FilterMenu
          name={t.cached.filter.user}
          says={filter.user ?? null}
          options={people}
          value={filter.user}
          onChange={(user) => set({ user })}
          onClear={() => set({ user: undefined })}
        />
      )}
      <FilterMenu
        name={t.cached.filter.why}
        says={filter.why ? t.common.operation[filter.why] : null}
        options={OFFERED.map((value) => ({ value, label: t.common.operation[value] }))}
        value={filter.why}
        onChange={(why) => set({ why })}
        onClear={() => set({ why: undefined })}
      />
      <SizeFilter filter={filter} set={set} />
      <SinceFilter filter={filter} set={set} />
      {libraries.length > 0 && (
        <FilterMenu
          name={t.cached.filter.library}
          says={filter.library ?? null}
          options={libraries}
          value={filter.library}
          onChange={(library) => set({ library })}
          onClear={() => set({ library: undefined })}
        />
      )}
      {!isEmpty(filter) && (
        <Button variant="subtle" px={8} onClick={() => set(NO_FILTER)}>
          {t.cached.clearFilters}
        </Button>
      )}
    </>
  );
}

export const NO_FILTER = {
  q: undefined,
  status: undefined,
  user: undefined,
  why: undefined,
  library: undefined,
  min: undefined,
  max: undefined,
  since: undefined,
};

/** What the address asks for can be seen and taken back, even if nobody offers it any more. */
function withCurrent(options: { value: string; label: string }[], current: string | undefined) {
  if (current === undefined || options.some(({ value }) => value === current)) return options;
  return [...options, { value: current, label: current }];
}
