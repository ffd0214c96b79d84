/** What everybody on every page has to know. */
import { Button } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { State } from "@/components/State";
import { useNow } from "@/components/When";
import { relative } from "@/lib/format";
import { useLive } from "@/live/live";
import { t } from "@/strings";
import classes from "./shell.module.css";

export function Banners() {
  return (
    <div aria-live="polite">
      <LostBanner />
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
