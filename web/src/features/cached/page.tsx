import { Anchor, Box, Button, Group } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconBolt, IconFilter, IconSearchOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import type { FileSort } from "@/api/schema";
import { useSession } from "@/app/session";
import { useShortcut } from "@/app/shortcuts";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { useLive } from "@/live/live";
import { t } from "@/strings";
import { ColumnsMenu } from "./ColumnsMenu";
import { Counts, FoundAnnouncement, useCounted } from "./Counts";
import { Filters, NO_FILTER } from "./Filters";
import { filterOf, firstOrder, isEmpty, sortingOf } from "./filter";
import { Grid, type GridHandle } from "./Grid";
import { SearchBox } from "./SearchBox";
import { SortMenu } from "./SortMenu";
import { useCursor } from "./useCursor";
import { useFiles } from "./useFiles";
import { useJobsOfFiles } from "./useJobsOfFiles";
import { useLayout } from "./useLayout";
import { useSearchState } from "./useSearchState";
import { useSelection } from "./useSelection";

export default function CachedPage() {
  const [search, set] = useSearchState();
  const { may } = useSession();
  const filter = useMemo(() => filterOf(search), [search]);
  const sorting = sortingOf(search);
  const files = useFiles(filter, sorting);
  const { pages } = files;
  const counted = useCounted(files);
  const layout = useLayout();
  const cursor = useCursor(pages);
  const selecting = useSelection(pages, files.filter);
  const jobs = useJobsOfFiles();
  const grid = useRef<GridHandle>(null);
  const box = useRef<HTMLInputElement>(null);
  const phone = useMediaQuery("(max-width: 639px)", window.innerWidth < 640, {
    getInitialValueInEffect: false,
  });
  const [filtersShown, setFiltersShown] = useState(false);
  const selectable = may("operator");

  // What failed while nobody answered is asked again when somebody does.
  const line = useLive().state.kind;
  useEffect(() => {
    if (line === "open" && pages.error !== null) pages.retry();
  }, [line, pages]);

  const current = () => pages.at(cursor.index);
  useShortcut("/", t.cached.shortcut.search, "here", () => {
    box.current?.focus();
    box.current?.select();
  });
  useShortcut("j", t.cached.shortcut.down, "here", () => grid.current?.step(1));
  useShortcut("k", t.cached.shortcut.up, "here", () => grid.current?.step(-1));
  useShortcut("x", t.cached.shortcut.select, "here", () => {
    const file = current();
    if (file && selectable) selecting.toggle(file);
  });
  useShortcut("Escape", t.cached.shortcut.escape, "here", selecting.clear);

  const sortBy = (sort: FileSort) =>
    set({
      sort,
      order: sort === sorting.sort ? (sorting.order === "asc" ? "desc" : "asc") : firstOrder(sort),
    });
  const filters = <Filters filter={filter} set={set} />;

  return (
    <Page
      fill
      title={t.cached.title}
      actions={
        <>
          {phone && <SortMenu sorting={sorting} set={set} />}
          {!phone && <ColumnsMenu layout={layout} />}
        </>
      }
    >
      <Group gap="xs" role="search" aria-label={t.cached.filters}>
        <SearchBox
          ref={box}
          value={search.q ?? ""}
          onChange={(q) => set({ q: q || undefined }, "replace")}
          onLeave={() => grid.current?.focus()}
        />
        {phone ? (
          <Button
            variant={isEmpty(filter) ? "default" : "light"}
            leftSection={<IconFilter size={16} />}
            aria-expanded={filtersShown}
            onClick={() => setFiltersShown(!filtersShown)}
          >
            {t.cached.filters}
          </Button>
        ) : (
          filters
        )}
        {phone && filtersShown && filters}
        <Box ms="auto">
          <Counts counted={counted} />
        </Box>
      </Group>
      <FoundAnnouncement files={files} />
      {pages.error !== null && <ErrorNotice error={pages.error} retry={() => pages.retry()} />}
      {pages.total === 0 && !files.changing ? (
        isEmpty(files.filter) ? (
          <Empty icon={IconBolt} title={t.cached.empty}>
            {t.cached.emptyHint}{" "}
            {may("operator") && (
              <Anchor component={Link} to="/add">
                {t.cached.emptyAction}
              </Anchor>
            )}
          </Empty>
        ) : (
          <Empty icon={IconSearchOff} title={t.cached.noMatch}>
            {t.cached.noMatchHint}
            <br />
            <Button mt="sm" variant="default" onClick={() => set(NO_FILTER)}>
              {t.cached.clearFilters}
            </Button>
          </Empty>
        )
      ) : (
        <Grid
          ref={grid}
          files={files}
          layout={layout}
          sorting={sorting}
          cursor={cursor}
          selection={selecting.selection}
          selectable={selectable}
          jobs={jobs}
          opened={search.file}
          onSort={sortBy}
          onOpen={(file) => set({ file: file.id })}
          onToggle={selecting.toggle}
          onRange={selecting.range}
          onEvery={selecting.every}
        />
      )}
    </Page>
  );
}
