/** One person in the list: who, how much, how well known. */
import { Badge, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconChevronRight, IconCircleCheck } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { User } from "@/api/schema";
import { State } from "@/components/State";
import { count } from "@/lib/format";
import { t } from "@/strings";
import classes from "./page.module.css";
import { unknownSources } from "./people";

const route = getRouteApi("/users");

export function PersonRow({ user }: { user: User }) {
  const { user: shown } = route.useSearch();
  return (
    <li className={classes.person}>
      <Link
        to="/users"
        search={(old) => ({ ...old, user: user.user_id })}
        className={classes.link}
        data-shown={shown === user.user_id || undefined}
      >
        <Group gap="xs">
          <span className={classes.name}>{user.title}</span>
          <Badge variant="default" size="sm" tt="none" fw={500}>
            {t.users.kind[user.kind]}
          </Badge>
        </Group>
        <Text size="sm" {...(user.total_files === 0 ? { c: "dimmed" } : {})} component="span">
          {user.total_files === 0
            ? t.users.wantsNothing
            : `${t.users.filesOf(user.total_files)} · ${count(user.active_files)} ${t.common.status.active}`}
        </Text>
        <span>
          <KnownMark user={user} />
        </span>
        <IconChevronRight size={16} color="var(--text-quiet)" aria-hidden />
      </Link>
    </li>
  );
}

function KnownMark({ user }: { user: User }) {
  if (user.knows.length === 0) return null;
  const unknown = unknownSources(user);
  return unknown === 0 ? (
    <State tone="served" icon={IconCircleCheck}>
      {t.users.allKnown}
    </State>
  ) : (
    <State tone="attention" icon={IconAlertTriangle}>
      {t.users.someUnknown(unknown)}
    </State>
  );
}
