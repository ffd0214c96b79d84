/** What each column shows of a file. */
import { Tooltip } from "@mantine/core";
import { IconPinFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { CachedFile, Job } from "@/api/schema";
import { FileState, JobStateMark } from "@/components/State";
import { When } from "@/components/When";
import { bytes, count, percent } from "@/lib/format";
import { t } from "@/strings";
import type { ColumnId } from "./columns";
import classes from "./grid.module.css";

/** So much of the end of a name is never cut: resolution and kind of file are there. */
const TAIL = 16;

export function FileName({ name }: { name: string }) {
  const letters = Array.from(name);
  const cut = Math.max(0, letters.length - TAIL);
  return (
    <span className={classes.name} title={name}>
      <span className={classes.head}>{letters.slice(0, cut).join("")}</span>
      <span className={classes.tail}>{letters.slice(cut).join("")}</span>
    </span>
  );
}

/** What is true of the file right now; icons that have a word. */
export function Marks({ file }: { file: Pick<CachedFile, "playing" | "pinned"> }) {
  return (
    <>
      {file.playing && (
        <Tooltip label={t.cached.playing}>
          <IconPlayerPlayFilled
            size={14}
            color="var(--state-served)"
            aria-label={t.cached.playing}
            role="img"
          />
        </Tooltip>
      )}
      {file.pinned && (
        <Tooltip label={t.cached.pinned}>
          <IconPinFilled size={14} color="var(--text-quiet)" aria-label={t.cached.pinned} role="img" />
        </Tooltip>
      )}
    </>
  );
}

export function Who({ users }: { users: readonly string[] }) {
  const [first, ...more] = users;
  if (first === undefined) return <span className="quiet">–</span>;
  return (
    <span title={users.join(", ")}>{more.length === 0 ? first : t.cached.others(first, more.length)}</span>
  );
}

/** The state; while a job gives the file back, how far that is. */
export function Status({ file, job }: { file: CachedFile; job: Job | undefined }) {
  const moves = job && job.state !== "queued" && job.bytes_total > 0;
  if (!job || file.status === "removed") return <FileState status={file.status} />;
  return (
    <span className={classes.inline}>
      <JobStateMark state={job.state} paused={job.paused} />
      {moves && <span className="quiet">{percent(Math.min(1, job.bytes_done / job.bytes_total))}</span>}
    </span>
  );
}

export function cellOf(id: ColumnId, file: CachedFile, job: Job | undefined): ReactNode {
  switch (id) {
    case "filename":
      return (
        <>
          <Marks file={file} />
          <FileName name={file.filename} />
        </>
      );
    case "why":
      return t.common.operation[file.triggered_by_operation];
    case "who":
      return <Who users={file.users} />;
    case "size":
      return bytes(file.file_size_bytes);
    case "cachedAt":
      return <When at={file.cached_at} />;
    case "lastOpened":
      return <When at={file.last_accessed} />;
    case "opens":
      return count(file.access_count);
    case "score":
      return file.priority === null ? (
        <span className="quiet" title={t.cached.noScore}>
          –
        </span>
      ) : (
        count(file.priority)
      );
    case "library":
      return file.library;
    case "status":
      return <Status file={file} job={job} />;
  }
}
