/** How much of what was played came from the fast disk. */
import { useMemo } from "react";
import { $api } from "@/api/client";
import { Card } from "@/components/Card";
import { Chart } from "@/components/Chart";
import { ErrorNotice } from "@/components/Notice";
import { count, percent } from "@/lib/format";
import { t } from "@/strings";
import classes from "./dashboard.module.css";
import { chartOf, dayName } from "./days";
import { Teach } from "./Teach";

const DAYS = 30;

export function ServedCard() {
  const words = t.dashboard;
  const read = $api.useQuery("get", "/api/cached/statistics/history", { params: { query: { days: DAYS } } });
  const history = read.data?.data;
  // The same days are the same chart: it is drawn anew only when one of them changed.
  const days = history?.days;
  const data = useMemo(() => (days ? chartOf(days) : null), [days]);
  return (
    <Card title={words.served} padded={history?.starts !== 0}>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {history?.starts === 0 && <Teach title={words.servedNothing}>{words.servedNothingHint}</Teach>}
      {history && history.starts > 0 && data && (
        <>
          <div className={classes.figure}>
            {percent(history.hits / history.starts)} <small>{words.servedOf(history.starts)}</small>
          </div>
          <Chart
            data={data}
            format={count}
            inWords={(index) => {
              const day = index === null ? undefined : history.days[index];
              return day ? words.servedOn(dayName(day.date), day.hits, day.starts) : words.servedUtc;
            }}
          />
        </>
      )}
    </Card>
  );
}
