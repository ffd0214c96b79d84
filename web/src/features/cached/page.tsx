import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useMemo, useRef } from "react";
import type { CachedFile } from "@/api/schema";
import { useSession } from "@/app/session";
import { ErrorNotice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { useLive } from "@/live/live";
import { t } from "@/strings";
import { BatchPanels } from "./BatchPanel";
import { Counts, FoundAnnouncement, useCounted } from "./Counts";
import { Dialogs } from "./Dialogs";
import { filterOf, firstOrder, isEmpty, sortingOf } from "./filter";
import { Grid, type GridHandle } from "./Grid";
import { Nothing } from "./Nothing";
import { SearchBar } from "./SearchBar";
import { SelectionBar } from "./SelectionBar";
import { countOf } from "./selection";
import { Toolbar } from "./Toolbar";
import { only, useActs } from "./useActs";
import { useCursor } from "./useCursor";
import { useFiles } from "./useFiles";
import { useJobsOfFiles } from "./useJobsOfFiles";
import { useKeys } from "./useKeys";
import { useLayout } from "./useLayout";
import { AFRESH, useSearchState } from "./useSearchState";
import { useSelection } from "./useSelection";

export default function CachedPage() {
  const [search, set] = useSearchState();
  const operates = useSession().may("operator");
  const filter = useMemo(() => filterOf(search), [search]);
  const sorting = sortingOf(search);
  const files = useFiles(filter, sorting);
  const { pages } = files;
  const counted = useCounted(files);
  const layout = useLayout();
  const cursor = useCursor(pages);
  const selecting = useSelection(pages, files.filter);
  const jobs = useJobsOfFiles();
  const acts = useActs(pages, selecting.clear);
  const grid = useRef<GridHandle>(null);
  const box = useRef<HTMLInputElement>(null);
  const phone = useMediaQuery("(max-width: 639px)", window.innerWidth < 640, {
    getInitialValueInEffect: false,
  });
  const total = pages.total ?? 0;

  // What failed while nobody answered is asked again when somebody does.
  const line = useLive().state.kind;
  useEffect(() => {
    if (line === "open" && pages.error !== null) pages.retry();
  }, [line, pages]);

  const remove = () => {
    const file = pages.at(cursor.index);
    if (countOf(selecting.selection, total) > 0)
      acts.open({ kind: "remove", selection: selecting.selection });
    else if (file) acts.open({ kind: "remove", selection: only(file) });
  };
  useKeys({
    search: () => box.current?.select(),
    step: (by) => grid.current?.step(by),
    select: () => {
      const file = pages.at(cursor.index);
      if (file && operates) selecting.toggle(file);
    },
    remove: () => operates && remove(),
    exportFiles: () => operates && acts.open({ kind: "export" }),
    clear: selecting.clear,
  });

  const open = (file: CachedFile, how?: "replace") => set({ file: file.id }, how);
  const step = (by: -1 | 1) => {
    const here = search.file === undefined ? undefined : pages.indexOf(search.file);
    const next = (here ?? cursor.index) + by;
    const file = pages.at(next);
    if (!file) return;
    grid.current?.reveal(next);
    open(file, "replace");
  };

  return (
    <Page
      fill
      title={t.cached.title}
      lead={phone && <Counts counted={counted} />}
      actions={
        <Toolbar phone={phone} search={search} set={set} sorting={sorting} layout={layout} open={acts.open} />
      }
    >
      <SearchBar
        box={box}
        filter={filter}
        set={set}
        counted={counted}
        phone={phone}
        onLeave={() => grid.current?.focus()}
      />
      <FoundAnnouncement files={files} />
      {pages.error !== null && (
        <ErrorNotice error={pages.error} retry={() => pages.retry()}>
          {t.cached.notRead}
        </ErrorNotice>
      )}
      {total === 0 && pages.total !== null && !files.changing ? (
        <Nothing
          asked={!isEmpty(files.filter)}
          onAskAll={() => set(AFRESH)}
          onNews={() => pages.refresh(false)}
        />
      ) : (
        <Grid
          ref={grid}
          files={files}
          layout={layout}
          sorting={sorting}
          cursor={cursor}
          selection={selecting.selection}
          selectable={operates}
          jobs={jobs}
          opened={search.file}
          onSort={(sort) =>
            set({
              sort,
              order:
                sort === sorting.sort && sorting.order === firstOrder(sort)
                  ? other(firstOrder(sort))
                  : firstOrder(sort),
            })
          }
          onOpen={open}
          onToggle={selecting.toggle}
          onRange={selecting.range}
          onEvery={selecting.every}
        />
      )}
      <BatchPanels batches={acts.batches} />
      <SelectionBar
        selecting={selecting}
        total={counted.total ?? total}
        size={counted.size}
        onRemove={remove}
        onPin={(action) => void acts.pin(selecting.selection, action)}
      />
      <Dialogs
        acts={acts}
        filter={filter}
        file={search.file}
        onStep={step}
        onCloseFile={() => {
          set({ file: undefined });
          grid.current?.focus();
        }}
      />
    </Page>
  );
}

function other(order: "asc" | "desc"): "asc" | "desc" {
  return order === "asc" ? "desc" : "asc";
}
