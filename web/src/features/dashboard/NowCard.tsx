/** What goes on this moment: playbacks and copies. */
import { $api } from "@/api/client";
import { Card } from "@/components/Card";
import { PageLink } from "@/components/PageLink";
import { count, rate } from "@/lib/format";
import { useActiveJobs } from "@/live/jobs";
import { t } from "@/strings";
import classes from "./dashboard.module.css";

export function NowCard() {
  const words = t.dashboard;
  const active = useActiveJobs();
  const sessions = $api.useQuery("get", "/api/sessions").data?.data.sessions;
  const hits = sessions?.filter((session) => session.hit).length ?? 0;
  return (
    <Card title={words.now}>
      <dl className={classes.nowFigures}>
        <div>
          <dd className={classes.figure}>
            {count(sessions?.length ?? 0)} <small>{words.playing}</small>
          </dd>
          <dt>{words.playingHits(hits, sessions?.length ?? 0)}</dt>
        </div>
        <div>
          <dd className={classes.figure}>
            {count(active.running)} <small>{words.atWork}</small>
          </dd>
          <dt>
            {active.rate > 0 ? words.copyingRate(rate(active.rate)) : words.copyingNone}
            {active.waiting > 0 && (
              <>
                {" · "}
                <PageLink to="/activity" size="sm" underline="always">
                  {words.waiting(active.waiting)}
                </PageLink>
              </>
            )}
          </dt>
        </div>
      </dl>
    </Card>
  );
}
