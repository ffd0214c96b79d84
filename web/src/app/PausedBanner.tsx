/** Says on every page that caching is paused, so that nobody wonders why nothing comes. */
import { Button } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { actorName } from "@/lib/actor";
import { t } from "@/strings";
import { usePaused, useSetPaused } from "./paused";
import { useSession } from "./session";
import classes from "./shell.module.css";

export function PausedBanner() {
  const { may } = useSession();
  const paused = usePaused();
  const set = useSetPaused();
  if (!paused) return null;
  return (
    <div className={classes.banner}>
      <State tone="attention" icon={IconPlayerPause}>
        {t.shell.pausedBy(actorName(paused.by))} <When at={paused.since} />
      </State>
      <span className="quiet">{t.shell.pausedHint}</span>
      {may("operator") && (
        <Button size="compact-sm" variant="default" loading={set.isPending} onClick={() => set.mutate(false)}>
          {t.shell.resume}
        </Button>
      )}
    </div>
  );
}
