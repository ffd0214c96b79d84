/** Pauses what happens by itself, or lets it go on; by hand everything works all the same. */
import { Button, Tooltip } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useCommand } from "@/app/Palette";
import { usePaused, useSetPaused } from "@/app/paused";
import { useShortcut } from "@/app/shortcuts";
import { t } from "@/strings";

export function PauseButton() {
  const paused = usePaused() !== null;
  const set = useSetPaused();
  const label = paused ? t.plan.resume : t.plan.pause;
  const toggle = () => {
    if (!set.isPending) set.mutate(!paused);
  };
  useShortcut("x", label, "here", toggle);
  useCommand({ id: "plan-pause", label, description: t.shell.pausedHint, run: toggle });
  return (
    <Tooltip label={paused ? t.plan.resumeHint : t.plan.pauseHint}>
      <Button
        variant="default"
        loading={set.isPending}
        leftSection={
          paused ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />
        }
        onClick={toggle}
      >
        {label}
      </Button>
    </Tooltip>
  );
}
