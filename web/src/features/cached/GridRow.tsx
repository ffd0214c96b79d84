/** One row: of the table, or on a phone with two lines. Events are the table's business. */
import { memo } from "react";
import type { CachedFile, Job } from "@/api/schema";
import { When } from "@/components/When";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { cellOf, FileName, Marks, Status } from "./cells";
import { type ColumnId, FACTS } from "./columns";
import classes from "./grid.module.css";

interface Props {
  index: number;
  /** Where it is drawn; null where it only holds the keyboard's place. */
  y: number | null;
  /** Absent while it is being read. */
  file: CachedFile | undefined;
  job: Job | undefined;
  columns: readonly ColumnId[];
  phone: boolean;
  selectable: boolean;
  selected: boolean;
  active: boolean;
  opened: boolean;
}

export const GridRow = memo(function GridRow({
  index,
  y,
  file,
  job,
  columns,
  phone,
  selectable,
  selected,
  active,
  opened,
}: Props) {
  return (
    <tr
      className={classes.row}
      // The row with the column names is the first.
      aria-rowindex={index + 2}
      aria-selected={selectable ? selected : undefined}
      aria-busy={file ? undefined : true}
      data-index={index}
      data-open={opened || undefined}
      data-gone={file?.status === "removed" || undefined}
      data-away={y === null || undefined}
      tabIndex={active ? 0 : -1}
      style={{ transform: `translateY(${y ?? 0}px)` }}
    >
      {selectable && (
        <td className={classes.check} data-check>
          {file && (
            <label>
              <input
                type="checkbox"
                tabIndex={-1}
                checked={selected}
                // The table listens: it knows of ranges.
                readOnly
                aria-label={t.cached.selectFile(file.filename)}
              />
            </label>
          )}
        </td>
      )}
      {phone ? (
        <td className={classes.cell}>{file ? <TwoLines file={file} job={job} /> : <Ghost />}</td>
      ) : (
        columns.map((id) => (
          <td key={id} className={classes.cell} data-numeric={FACTS[id].numeric || undefined}>
            {file ? cellOf(id, file, job) : <Ghost />}
          </td>
        ))
      )}
    </tr>
  );
});

function TwoLines({ file, job }: { file: CachedFile; job: Job | undefined }) {
  const because = [t.common.operation[file.triggered_by_operation], file.users[0]]
    .filter(Boolean)
    .join(" · ");
  return (
    <span className={classes.two}>
      <span>
        <Marks file={file} />
        <FileName name={file.filename} />
      </span>
      <span className={classes.second}>
        <Status file={file} job={job} />
        <span>{bytes(file.file_size_bytes)}</span>
        <When at={file.cached_at} />
        <span className={classes.head}>{because}</span>
      </span>
    </span>
  );
}

function Ghost() {
  return <span className={classes.ghost} role="img" aria-label={t.cached.coming} />;
}
