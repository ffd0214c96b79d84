/** How it stands, at a glance, and live. */
import { Page } from "@/components/Page";
import { t } from "@/strings";
import { CopyingCard } from "./CopyingCard";
import classes from "./dashboard.module.css";
import { LatestCard } from "./LatestCard";
import { NeedsCard } from "./NeedsCard";
import { NowCard } from "./NowCard";
import { ServedCard } from "./ServedCard";
import { SpaceCard } from "./SpaceCard";
import { useNeeds } from "./useNeeds";
import { WatchingCard } from "./WatchingCard";
import { Welcome } from "./Welcome";

export default function DashboardPage() {
  const needs = useNeeds();
  const place = needs.length > 0 ? classes.third : classes.half;
  return (
    <Page title={t.dashboard.title}>
      <Welcome />
      <div className={classes.grid}>
        <div className={classes.space}>
          <SpaceCard />
        </div>
        <div className={classes.served}>
          <ServedCard />
        </div>
        <div className={classes.now}>
          <NowCard />
        </div>
        <div>
          <CopyingCard />
        </div>
        {needs.length > 0 && (
          <div className={classes.third}>
            <NeedsCard needs={needs} />
          </div>
        )}
        <div className={place}>
          <WatchingCard />
        </div>
        <div className={place}>
          <LatestCard />
        </div>
      </div>
    </Page>
  );
}
