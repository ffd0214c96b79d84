/** What the log is narrowed down to; all of it stands in the address. */
import { Autocomplete, Button, Select, TextInput } from "@mantine/core";
import { IconFilterOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { $api } from "@/api/client";
import { t } from "@/strings";
import { activity } from "@/strings/en/activity";
import classes from "./activity.module.css";
import { type ActivitySearch, activitySearch } from "./search";
import type { HistoryFilter } from "./useHistory";

const ANY = "any";

export function HistoryFilters({
  filter,
  onChange,
  onClear,
}: {
  filter: HistoryFilter;
  onChange: (part: Partial<ActivitySearch>) => void;
  onClear: (() => void) | null;
}) {
  const words = t.activity;
  // Where nobody is named there is nothing to choose from.
  const users = $api.useQuery("get", "/api/users", {}, { retry: false }).data?.data.users ?? [];
  return (
    <search className={classes.filters} aria-label={words.filters}>
      <Select
        label={words.type}
        searchable
        value={filter.type ?? ANY}
        onChange={(type) => onChange({ type: activitySearch({ type }).type })}
        data={[
          { value: ANY, label: words.anyType },
          ...Object.entries(activity.operation)
            .map(([value, label]) => ({ value, label }))
            .sort((one, other) => one.label.localeCompare(other.label)),
        ]}
      />
      <Select
        label={words.outcome}
        value={filter.success === undefined ? ANY : String(filter.success)}
        onChange={(chosen) => onChange({ success: chosen === ANY ? undefined : chosen === "true" })}
        data={[
          { value: ANY, label: words.anyOutcome },
          { value: "true", label: words.succeeded },
          { value: "false", label: words.failed },
        ]}
      />
      <TextInput
        label={words.since}
        type="date"
        value={filter.since ?? ""}
        max={filter.until}
        onChange={(event) => onChange({ since: activitySearch({ since: event.currentTarget.value }).since })}
      />
      <TextInput
        label={words.until}
        type="date"
        value={filter.until ?? ""}
        min={filter.since}
        onChange={(event) => onChange({ until: activitySearch({ until: event.currentTarget.value }).until })}
      />
      <UserFilter
        value={filter.user ?? ""}
        names={users.map((user) => user.user_id)}
        onChange={(user) => onChange({ user: user || undefined })}
      />
      <PathFilter value={filter.path ?? ""} onChange={(path) => onChange({ path: path || undefined })} />
      {onClear && (
        <Button variant="default" leftSection={<IconFilterOff size={16} aria-hidden />} onClick={onClear}>
          {words.clear}
        </Button>
      )}
    </search>
  );
}

/** What is typed counts when it is complete: on Enter, on a choice, or when the field is left. */
function useTyped(value: string, onChange: (value: string) => void) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const commit = (text: string) => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return { typed, setTyped, commit };
}

function UserFilter({
  value,
  names,
  onChange,
}: {
  value: string;
  names: string[];
  onChange: (user: string) => void;
}) {
  const words = t.activity;
  const { typed, setTyped, commit } = useTyped(value, onChange);
  return (
    <Autocomplete
      className={classes.person ?? ""}
      label={words.user}
      placeholder={words.userHint}
      data={names}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={commit}
      onBlur={() => commit(typed)}
      onKeyDown={(event) => event.key === "Enter" && commit(typed)}
    />
  );
}

function PathFilter({ value, onChange }: { value: string; onChange: (path: string) => void }) {
  const words = t.activity;
  const { typed, setTyped, commit } = useTyped(value, onChange);
  const isPart = typed.trim() !== "" && !typed.trim().startsWith("/");
  return (
    <TextInput
      className={classes.wide ?? ""}
      label={words.path}
      placeholder={words.pathHint}
      value={typed}
      error={isPart ? words.pathWhole : undefined}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => !isPart && commit(typed)}
      onKeyDown={(event) => event.key === "Enter" && !isPart && commit(typed)}
    />
  );
}
