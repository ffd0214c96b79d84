/** Cacherr starts anew: the page waits for it, calmly, and says when it is back. */
import { Button, Group, Loader, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { reportDone } from "@/components/report";
import { t } from "@/strings";
import { useLive } from "./live";

/** After so long it is said that something takes its time; it is waited for all the same. */
const LATE = 30_000;
const ASK_EVERY = 1_000;

export interface Restart {
  /** When it was asked for, by this machine's clock; null while none is awaited. */
  askedAt: number | null;
  /** From just before it is asked for: the line may be cut before the answer is read. */
  await(askedAt: number): void;
  giveUp(): void;
}

/** A restart that was asked for is over when the line, cut by it, is open again. */
export function useRestart(): Restart {
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const { state, tryNow } = useLive();
  const queries = useQueryClient();
  const isBack = askedAt !== null && state.kind === "open" && state.since > askedAt;

  useEffect(() => {
    if (askedAt === null) return undefined;
    const timer = setInterval(tryNow, ASK_EVERY);
    return () => clearInterval(timer);
  }, [askedAt, tryNow]);

  useEffect(() => {
    if (!isBack) return;
    setAskedAt(null);
    void queries.invalidateQueries();
    reportDone(t.system.restarted);
  }, [isBack, queries]);

  return { askedAt, await: setAskedAt, giveUp: useCallback(() => setAskedAt(null), []) };
}

export function RestartWait({ restart }: { restart: Restart }) {
  const [isLate, setLate] = useState(false);
  const { askedAt, giveUp } = restart;
  useEffect(() => {
    setLate(false);
    if (askedAt === null) return undefined;
    const timer = setTimeout(() => setLate(true), LATE);
    return () => clearTimeout(timer);
  }, [askedAt]);
  return (
    <Modal
      opened={askedAt !== null}
      onClose={giveUp}
      title={t.system.restarting}
      withCloseButton={false}
      closeOnEscape={isLate}
      closeOnClickOutside={false}
    >
      <Stack aria-live="polite">
        <Group gap="md" wrap="nowrap">
          <Loader size="sm" aria-hidden />
          <Text>{isLate ? t.system.restartLate : t.system.restartingSays}</Text>
        </Group>
        {isLate && (
          <>
            <Text size="sm" c="dimmed">
              {t.system.restartLateSays}
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={giveUp}>
                {t.common.close}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
