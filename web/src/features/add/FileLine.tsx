/** A file that can be chosen: its name, its size, how it stands with the cache, or why it cannot be. */
import { Checkbox, Text } from "@mantine/core";
import { IconBan } from "@tabler/icons-react";
import type { ErrorCode, LibraryEntryStatus } from "@/api/schema";
import { PageLink } from "@/components/PageLink";
import { FileState, JobStateMark, State } from "@/components/State";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import type { Choosable } from "./choice";
import classes from "./list.module.css";

export interface LineFile extends Choosable {
  file_id: string | null;
  status: LibraryEntryStatus | null;
  why_not: ErrorCode | null;
}

export function FileLine({
  file,
  name,
  isChosen,
  onToggle,
}: {
  file: LineFile;
  name: string;
  isChosen: boolean;
  onToggle: (file: LineFile) => void;
}) {
  return (
    <li className={classes.line}>
      {file.cacheable ? (
        <Checkbox
          className={classes.file ?? ""}
          label={name}
          checked={isChosen}
          onChange={() => onToggle(file)}
          data-stop
        />
      ) : (
        <span className={`${classes.file} ${classes.fixed}`}>
          {file.file_id === null ? (
            <span className="quiet">{name}</span>
          ) : (
            <PageLink to="/cached" search={{ file: file.file_id }} c="inherit" data-stop>
              {name}
            </PageLink>
          )}
        </span>
      )}
      <span className={classes.state}>
        <Mark file={file} />
      </span>
      <Text size="sm" c="dimmed" span className={classes.size ?? ""}>
        {file.size === null ? "" : bytes(file.size)}
      </Text>
    </li>
  );
}

function Mark({ file: { status, why_not, cacheable } }: { file: LineFile }) {
  switch (status) {
    case "active":
    case "orphaned":
    case "pending_removal":
      return <FileState status={status} />;
    case "queued":
    case "copying":
    case "verifying":
    case "swapping":
      return <JobStateMark state={status} />;
    case null:
      if (cacheable || why_not === null) return null;
      return (
        <State tone="quiet" icon={IconBan}>
          {t.add.whyNot[why_not] ?? t.add.cannot}
        </State>
      );
  }
}
