/** Who watches: everybody, and one of them beside. */
import { Loader, TextInput } from "@mantine/core";
import { IconEyeOff, IconSearch, IconUsers } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { $api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { useSession } from "@/app/session";
import { useShortcut } from "@/app/shortcuts";
import { Empty } from "@/components/Empty";
import { ErrorNotice, Hint } from "@/components/Notice";
import { Page } from "@/components/Page";
import { PageLink } from "@/components/PageLink";
import { readAgainSoon } from "@/live/effects";
import { useLiveEvent } from "@/live/live";
import { t } from "@/strings";
import { PersonDrawer } from "./PersonDrawer";
import { PersonRow } from "./PersonRow";
import classes from "./page.module.css";
import { find } from "./people";

const route = getRouteApi("/users");

/** From so many on somebody looks for a name instead of reading. */
const MANY = 8;

export default function UsersPage() {
  const { user: shown } = route.useSearch();
  const navigate = route.useNavigate();
  const { may } = useSession();
  const queries = useQueryClient();
  const [words, setWords] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const read = $api.useQuery("get", "/api/users");
  useLiveEvent((event) => {
    if (event.type !== "cache_file_added" && event.type !== "cache_file_removed") return;
    readAgainSoon(queries, "/api/users");
    readAgainSoon(queries, "/api/cached/users");
  });
  const users = read.data?.data.users ?? [];
  const found = find(users, words);
  const person = users.find((one) => one.user_id === shown);
  useShortcut("/", t.users.filter, "here", () => field.current?.focus());

  if (read.error && problemOf(read.error).code === "forbidden") {
    return (
      <Page title={t.users.title}>
        <Empty icon={IconEyeOff} title={t.users.hidden}>
          {t.users.hiddenHint}
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={t.users.title}
      lead={t.users.lead}
      actions={
        users.length >= MANY && (
          <TextInput
            ref={field}
            aria-label={t.users.filter}
            placeholder={t.users.filter}
            leftSection={<IconSearch size={16} />}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        )
      }
    >
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loader aria-label={t.common.loading} />}
      {read.data?.data.problem && <Hint title={t.users.notAll}>{read.data.data.problem.message}</Hint>}
      {users.some((one) => one.kind === "withheld") && <Hint>{t.users.pseudonyms}</Hint>}
      {read.data && users.length === 0 && (
        <Empty icon={IconUsers} title={t.users.empty}>
          {t.users.emptyHint} {may("operator") && <PageLink to="/sources">{t.users.toSources}</PageLink>}
        </Empty>
      )}
      {users.length > 0 && found.length === 0 && (
        <Empty icon={IconSearch} title={t.users.filterEmpty(words)} />
      )}
      {found.length > 0 && (
        <ul className={`card ${classes.list}`} aria-label={t.users.people(found.length)}>
          {found.map((one) => (
            <PersonRow key={one.user_id} user={one} />
          ))}
        </ul>
      )}
      <PersonDrawer
        user={person}
        onClose={() => void navigate({ search: ({ user: _, ...rest }) => rest, replace: true })}
      />
    </Page>
  );
}
