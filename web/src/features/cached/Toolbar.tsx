/** What can be done with the page as a whole. */
import { IconDownload, IconSparkles } from "@tabler/icons-react";
import { useSession } from "@/app/session";
import { t } from "@/strings";
import { ColumnsMenu } from "./ColumnsMenu";
import type { Sorting } from "./filter";
import { SortMenu } from "./SortMenu";
import type { CachedSearch } from "./search";
import { ToolButton } from "./ToolButton";
import type { Dialog } from "./useActs";
import type { Layout } from "./useLayout";
import { AFRESH, type SetSearch } from "./useSearchState";
import { ViewsMenu } from "./ViewsMenu";

export function Toolbar({
  phone,
  search,
  set,
  sorting,
  layout,
  open,
}: {
  phone: boolean;
  search: CachedSearch;
  set: SetSearch;
  sorting: Sorting;
  layout: Layout;
  open: (dialog: Dialog) => void;
}) {
  const operates = useSession().may("operator");
  return (
    <>
      {/* A phone shows no columns, and so no headers to sort by. */}
      {phone ? <SortMenu sorting={sorting} set={set} /> : <ColumnsMenu layout={layout} />}
      <ViewsMenu small={phone} search={search} apply={(view) => set({ ...AFRESH, ...view })} />
      {operates && (
        <>
          <ToolButton
            small={phone}
            label={t.cached.export.open}
            icon={IconDownload}
            onClick={() => open({ kind: "export" })}
          />
          <ToolButton
            small={phone}
            label={t.cached.cleanup.open}
            icon={IconSparkles}
            onClick={() => open({ kind: "cleanup" })}
          />
        </>
      )}
    </>
  );
}
