/** Whether the page hears of what happens. */
import { Tooltip, UnstyledButton } from "@mantine/core";
import { IconPlugConnectedX, IconWifi } from "@tabler/icons-react";
import { State } from "@/components/State";
import { useLive } from "@/live/live";
import { t } from "@/strings";
import classes from "./shell.module.css";

export function LineMark() {
  const { state, tryNow } = useLive();
  if (state.kind === "lost") {
    return (
      <Tooltip label={t.shell.reconnect}>
        <UnstyledButton className={classes.pill} onClick={tryNow}>
          <State tone="loss" icon={IconPlugConnectedX}>
            {t.shell.lost}
          </State>
        </UnstyledButton>
      </Tooltip>
    );
  }
  const open = state.kind === "open";
  return (
    <span className={`${classes.pill} ${classes.wide}`}>
      <State tone={open ? "served" : "quiet"} icon={IconWifi} hint={open ? t.shell.liveHint : undefined}>
        {open ? t.shell.live : t.shell.connecting}
      </State>
    </span>
  );
}
