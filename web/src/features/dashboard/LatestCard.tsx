/** The newest entries of the log. */
import { $api } from "@/api/client";
import { Card } from "@/components/Card";
import { ErrorNotice } from "@/components/Notice";
import { OperationMark, reasonWord } from "@/components/OperationMark";
import { PageLink } from "@/components/PageLink";
import { When } from "@/components/When";
import { actorName } from "@/lib/actor";
import { fileName } from "@/lib/format";
import { t } from "@/strings";
import classes from "./dashboard.module.css";
import { Teach } from "./Teach";

const SHOWN = 8;
/** With every playback somebody more wants a file: that is said under Watching. It would drown the rest here. */
const READ = 50;

export function LatestCard() {
  const words = t.dashboard;
  const read = $api.useQuery("get", "/api/cached/operations", { params: { query: { limit: READ } } });
  const all = read.data?.data.operations ?? [];
  const entries = all.filter((entry) => entry.operation_type !== "attribute").slice(0, SHOWN);
  return (
    <Card
      title={words.latest}
      padded={false}
      aside={
        <PageLink to="/activity" search={{ view: "history" }} size="sm">
          {words.latestAll}
        </PageLink>
      }
    >
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.data && entries.length === 0 && (
        <Teach title={words.latestNothing}>{words.latestNothingHint}</Teach>
      )}
      <ul className={classes.list}>
        {entries.map((entry) => (
          <li key={entry.id}>
            <div className={classes.grow}>
              <div className={classes.title} title={entry.file_path || undefined}>
                {entry.file_path ? fileName(entry.file_path) : actorName(entry.triggered_by)}
              </div>
              <div className={classes.small}>
                <When at={entry.timestamp} />
                {` · ${reasonWord(entry.reason)}`}
                {entry.triggered_by_user && ` · ${entry.triggered_by_user}`}
              </div>
            </div>
            <OperationMark entry={entry} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
