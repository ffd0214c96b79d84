/** What everybody on every page has to know: data that grows old, and a newer version of the app. */
import { Button } from "@mantine/core";
import { IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import { useEffect } from "react";
import { $api } from "@/api/client";
import { State } from "@/components/State";
import { useNow } from "@/components/When";
import { buildId } from "@/lib/base";
import { relative } from "@/lib/format";
import { useLive } from "@/live/live";
import { t } from "@/strings";
import { PausedBanner } from "./PausedBanner";
import classes from "./shell.module.css";

export function Banners() {
  return (
    <div aria-live="polite">
      <LostBanner />
      <PausedBanner />
      <BuildBanner />
    </div>
  );
}

function LostBanner() {
  const { state, tryNow } = useLive();
  const now = useNow();
  if (state.kind !== "lost") return null;
  return (
    <div className={classes.banner}>
      <State tone="loss" icon={IconPlugConnectedX}>
        {t.shell.lostFor(relative(new Date(state.since), new Date(Math.max(now.getTime(), state.since))))}
      </State>
      <span className="quiet">{t.shell.lostHint}</span>
      <Button size="compact-sm" variant="default" onClick={tryNow}>
        {t.shell.reconnect}
      </Button>
    </div>
  );
}

function BuildBanner() {
  const { state } = useLive();
  const version = $api.useQuery("get", "/api/version", {}, { staleTime: Number.POSITIVE_INFINITY });
  const connectedAt = state.kind === "open" ? state.since : null;
  const { refetch } = version;
  // A new version cannot come without the line breaking.
  useEffect(() => {
    if (connectedAt !== null) void refetch();
  }, [connectedAt, refetch]);
  const served = version.data?.data.ui_build;
  if (!buildId || !served || served === buildId) return null;
  return (
    <div className={classes.banner}>
      <State tone="attention" icon={IconRefresh}>
        {t.shell.newBuild}
      </State>
      <Button size="compact-sm" onClick={() => window.location.reload()}>
        {t.shell.reload}
      </Button>
    </div>
  );
}
