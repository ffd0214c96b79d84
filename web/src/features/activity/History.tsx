/** The operation log: filtered, as long as it is, and growing while one looks. */
import { Button, Center, Loader, Stack, Text } from "@mantine/core";
import { IconArrowUp, IconFilterOff, IconHistory } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { LogEntry } from "@/api/schema";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/Notice";
import { t } from "@/strings";
import classes from "./activity.module.css";
import { EntryDrawer } from "./EntryDrawer";
import { HistoryFilters } from "./HistoryFilters";
import { HistoryTable, scroller } from "./HistoryTable";
import type { ActivitySearch } from "./search";
import { useHistory } from "./useHistory";

/** So near to the top nothing that is read moves when something comes before it. */
const NEAR_TOP = 120;

export function History() {
  const words = t.activity;
  const { type, user, success, path, since, until } = useSearch({ from: "/activity" });
  const navigate = useNavigate({ from: "/activity" });
  const filter = { type, user, success, path, since, until };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const { pages, entries, newer, showNewer } = useHistory(filter);
  const [opened, setOpened] = useState<LogEntry | null>(null);
  const change = (part: Partial<ActivitySearch>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const clear = () => void navigate({ search: { view: "history" }, replace: true });

  useEffect(() => {
    if (newer.length > 0 && (scroller()?.scrollTop ?? 0) < NEAR_TOP) showNewer();
  }, [newer, showNewer]);

  return (
    <Stack gap="md">
      <HistoryFilters filter={filter} onChange={change} onClear={isFiltered ? clear : null} />
      <div className={classes.newer} aria-live="polite">
        {newer.length > 0 && (
          <Button
            size="compact-sm"
            leftSection={<IconArrowUp size={14} aria-hidden />}
            onClick={() => {
              showNewer();
              scroller()?.scrollTo({ top: 0 });
            }}
          >
            {words.newer(newer.length)}
          </Button>
        )}
      </div>
      {pages.error && <ErrorNotice error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && (
        <Center h={200}>
          <Loader aria-label={t.common.loading} />
        </Center>
      )}
      {pages.data && entries.length === 0 && (
        <Empty
          icon={isFiltered ? IconFilterOff : IconHistory}
          title={isFiltered ? words.historyNoMatch : words.historyEmpty}
        >
          {isFiltered ? (
            <Button variant="default" onClick={clear}>
              {words.clear}
            </Button>
          ) : (
            words.historyEmptyHint
          )}
        </Empty>
      )}
      {entries.length > 0 && (
        <>
          <HistoryTable
            entries={entries}
            onOpen={setOpened}
            onEnd={() => {
              if (pages.hasNextPage && !pages.isFetching) void pages.fetchNextPage();
            }}
          />
          <Center>
            {pages.hasNextPage ? (
              <Button
                variant="default"
                loading={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                {words.loadMore}
              </Button>
            ) : (
              <Text size="sm" c="dimmed">
                {words.end}
              </Text>
            )}
          </Center>
        </>
      )}
      <EntryDrawer entry={opened} onClose={() => setOpened(null)} onFilter={change} />
    </Stack>
  );
}
