/** The dialogs of this page and the drawer; none is loaded before it is opened. */
import { lazy, Suspense } from "react";
import type { Filter } from "./filter";
import type { Acts } from "./useActs";

const RemoveDialog = lazy(() => import("./RemoveDialog"));
const ExportDialog = lazy(() => import("./ExportDialog"));
const CleanupDialog = lazy(() => import("./CleanupDialog"));
const FileDrawer = lazy(() => import("./FileDrawer"));

export function Dialogs({
  acts,
  filter,
  file,
  onCloseFile,
  onStep,
}: {
  acts: Acts;
  filter: Filter;
  file: string | undefined;
  onCloseFile: () => void;
  onStep: (by: -1 | 1) => void;
}) {
  const { dialog } = acts;
  const close = () => acts.open(null);
  return (
    <Suspense fallback={null}>
      {file !== undefined && (
        <FileDrawer
          id={file}
          covered={dialog !== null}
          onClose={onCloseFile}
          onStep={onStep}
          onRemove={acts.removeOne}
          onPin={(one) => void acts.pinOne(one)}
        />
      )}
      {dialog?.kind === "remove" && (
        <RemoveDialog selection={dialog.selection} onClose={close} onBegun={acts.removed} />
      )}
      {dialog?.kind === "export" && <ExportDialog filter={filter} onClose={close} />}
      {dialog?.kind === "cleanup" && <CleanupDialog onClose={close} />}
    </Suspense>
  );
}
