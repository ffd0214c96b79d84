/** Libraries and their folders, one at a time. */
import { Button, Checkbox, Group, Loader, Text } from "@mantine/core";
import { IconChevronRight, IconDatabase, IconFolder, IconFolderOpen } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { client } from "@/api/client";
import { useSession } from "@/app/session";
import { useShortcut } from "@/app/shortcuts";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/Notice";
import { PageLink } from "@/components/PageLink";
import { State } from "@/components/State";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { walkLines } from "./arrows";
import { Crumbs } from "./Crumbs";
import { above, type Chosen, toggled, toggledAll } from "./choice";
import { FileLine } from "./FileLine";
import classes from "./list.module.css";

const route = getRouteApi("/add");
const PAGE = 200;

/** One folder, page by page. */
function useFolder(root: string | undefined, path: string) {
  const query = root === undefined ? {} : { root, path, limit: PAGE };
  return useInfiniteQuery({
    queryKey: ["get", "/api/library", { params: { query } }],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === "" ? {} : { cursor: pageParam };
      const { data } = await client.GET("/api/library", {
        params: { query: { ...query, ...cursor } },
        signal,
      });
      if (!data) throw new Error("a success without a body");
      return data.data;
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor,
  });
}

export function Browse({ chosen, onChoose }: { chosen: Chosen; onChoose: (chosen: Chosen) => void }) {
  const { root, path = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const read = useFolder(root, path);
  const up = above(path);
  useShortcut("Backspace", t.add.up, "here", () => {
    if (root === undefined) return;
    void navigate({ search: up === null ? {} : { root, ...(up === "" ? {} : { path: up }) } });
  });
  const first = read.data?.pages[0];
  if (read.error) return <ErrorNotice error={read.error} retry={() => void read.refetch()} />;
  if (!first) return <Loader aria-label={t.common.loading} />;
  if (root === undefined) return <Roots roots={first.roots} />;

  const entries = read.data?.pages.flatMap((page) => page.entries) ?? [];
  const can = entries.filter((entry) => entry.cacheable);
  const picked = can.filter((entry) => chosen.has(entry.path)).length;
  const name = path === "" ? root : path.slice(path.lastIndexOf("/") + 1);
  const room = first.roots[0];
  return (
    <section className="card" aria-label={t.add.contents(name)}>
      <Group justify="space-between" px="md" py="sm" gap="sm">
        <Crumbs root={root} path={path} parents={first.parents} />
        {can.length > 1 && (
          <Checkbox
            label={t.add.chooseAll}
            checked={picked === can.length}
            indeterminate={picked > 0 && picked < can.length}
            onChange={() => onChoose(toggledAll(chosen, can))}
          />
        )}
      </Group>
      {room && !room.available && <ErrorNotice error={new Error(room.problem ?? t.add.away)} />}
      {entries.length === 0 && room?.available && <Empty icon={IconFolderOpen} title={t.add.emptyFolder} />}
      <ul className={classes.list} onKeyDown={walkLines}>
        {entries.map((entry) =>
          entry.kind === "folder" ? (
            <li key={entry.path} className={classes.line}>
              <Link to="/add" search={{ root, path: entry.relative }} className={classes.folder} data-stop>
                <IconFolder size={18} stroke={1.6} color="var(--text-quiet)" aria-hidden />
                <span className={classes.name}>{entry.name}</span>
              </Link>
              <IconChevronRight size={16} color="var(--text-quiet)" aria-hidden />
            </li>
          ) : (
            <FileLine
              key={entry.path}
              file={entry}
              name={entry.name}
              isChosen={chosen.has(entry.path)}
              onToggle={(file) => onChoose(toggled(chosen, file))}
            />
          ),
        )}
      </ul>
      {read.hasNextPage && (
        <Group p="md" justify="center">
          <Button
            variant="default"
            loading={read.isFetchingNextPage}
            onClick={() => void read.fetchNextPage()}
          >
            {t.add.more}
          </Button>
        </Group>
      )}
    </section>
  );
}

interface Root {
  name: string;
  path: string;
  available: boolean;
  problem: string | null;
  free: number | null;
  total: number | null;
}

function Roots({ roots }: { roots: readonly Root[] }) {
  const { may } = useSession();
  if (roots.length === 0) {
    return (
      <Empty icon={IconDatabase} title={t.add.librariesNone}>
        {t.add.librariesNoneHint} {may("admin") && <PageLink to="/settings">{t.add.toSettings}</PageLink>}
      </Empty>
    );
  }
  return (
    <section className="card" aria-label={t.add.libraries}>
      <ul className={classes.list} onKeyDown={walkLines}>
        {roots.map((root) => (
          <li key={root.name} className={classes.line}>
            <Link to="/add" search={{ root: root.name }} className={classes.folder} data-stop>
              <IconDatabase size={18} stroke={1.6} color="var(--text-quiet)" aria-hidden />
              <span className={classes.name}>
                <Text fw={600} span>
                  {root.name}
                </Text>{" "}
                <span className="mono quiet">{root.path}</span>
              </span>
            </Link>
            <Text size="sm" c="dimmed" span>
              {root.available ? (
                root.free !== null && root.total !== null && t.add.freeOf(bytes(root.free), bytes(root.total))
              ) : (
                <State tone="loss" icon={IconDatabase} hint={root.problem ?? undefined}>
                  {t.add.away}
                </State>
              )}
            </Text>
            <IconChevronRight size={16} color="var(--text-quiet)" aria-hidden />
          </li>
        ))}
      </ul>
    </section>
  );
}
