/** How far a start anew is. */
import { Group, Loader, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { ErrorNotice } from "@/components/Notice";
import { State } from "@/components/State";
import { Warning } from "@/components/Warning";
import { t } from "@/strings";
import type { RestartState } from "./useRestart";

const say = t.wizard.restart;

export function Restarting({ state }: { state: RestartState }) {
  return (
    <div aria-live="polite">
      {state.kind === "going" && (
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <Loader size="sm" aria-hidden />
          <Text>{say.going}</Text>
        </Group>
      )}
      {state.kind === "done" && (
        <State tone="quiet" icon={IconCheck}>
          {say.done}
        </State>
      )}
      {state.kind === "late" && <Warning>{say.late}</Warning>}
      {state.kind === "failed" && <ErrorNotice error={state.error} />}
    </div>
  );
}
