/** How a media server stands: an icon and a word. */
import {
  type Icon,
  IconAlertTriangle,
  IconPlugConnected,
  IconPlugConnectedX,
  IconRefresh,
} from "@tabler/icons-react";
import type { SourceState } from "@/api/schema";
import { State, type Tone } from "@/components/State";
import { t } from "@/strings";

const MARKS: Record<SourceState, [Tone, Icon]> = {
  not_connected: ["attention", IconPlugConnectedX],
  connecting: ["attention", IconRefresh],
  connected: ["quiet", IconPlugConnected],
  unreachable: ["loss", IconAlertTriangle],
  token_refused: ["loss", IconPlugConnectedX],
};

export function SourceMark({ state }: { state: SourceState }) {
  const [tone, icon] = MARKS[state];
  return (
    <State tone={tone} icon={icon}>
      {t.sources.plex.state[state]}
    </State>
  );
}
