/**
 * Saying yes at Plex's own page: opens it, waits, and says what came of it. What is asked of the server is given from
 * outside.
 *
 * Invariant: asks again at most once in `EVERY`, and stops when it is taken away.
 */
import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { problemOf } from "@/api/problem";
import { timeOfDay } from "@/lib/format";
import { openNewWindow } from "@/lib/newWindow";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import { ErrorNotice, Hint } from "./Notice";
import { Warning } from "./Warning";

const EVERY = 1_500;

export interface Consent {
  page_url: string;
  expires_at: string;
}

export interface ConsentStage {
  state: "waiting" | "done" | "expired" | "refused";
  problem: { message: string } | null;
}

type Step<Begun> =
  | { kind: "idle" }
  | { kind: "opening" }
  | { kind: "waiting"; begun: Begun; blocked: boolean; says: string | null }
  | { kind: "expired" }
  | { kind: "refused"; says: string | null }
  | { kind: "failed"; error: unknown };

export function PlexConsent<Begun extends Consent>({
  label,
  variant = "filled",
  icon,
  fullWidth = false,
  disabled = false,
  begin,
  ask,
  onDone,
}: {
  label: string;
  variant?: "filled" | "default";
  icon?: ReactNode;
  fullWidth?: boolean;
  disabled?: boolean;
  begin: () => Promise<Begun>;
  ask: (begun: Begun) => Promise<ConsentStage>;
  onDone: () => void;
}) {
  const [step, setStep] = useState<Step<Begun>>({ kind: "idle" });
  const newest = useRef({ ask, onDone });
  newest.current = { ask, onDone };

  const start = async () => {
    const shown = openNewWindow();
    setStep({ kind: "opening" });
    try {
      const begun = await begin();
      setStep({ kind: "waiting", begun, blocked: !shown?.show(begun.page_url), says: null });
    } catch (error) {
      shown?.drop();
      setStep({ kind: "failed", error });
    }
  };

  const begun = step.kind === "waiting" ? step.begun : null;
  useEffect(() => {
    if (!begun) return;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      try {
        const { state, problem } = await newest.current.ask(begun);
        if (isOver) return;
        if (state === "done") {
          setStep({ kind: "idle" });
          return newest.current.onDone();
        }
        if (state === "expired") return setStep({ kind: "expired" });
        if (state === "refused") return setStep({ kind: "refused", says: problem?.message ?? null });
        setStep((old) => (old.kind === "waiting" ? { ...old, says: problem?.message ?? null } : old));
      } catch (error) {
        if (isOver) return;
        if (!problemOf(error).isPassing) return setStep({ kind: "failed", error });
      }
      timer = setTimeout(look, EVERY);
    };
    timer = setTimeout(look, EVERY);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [begun]);

  const again = step.kind === "expired" || step.kind === "refused" || step.kind === "failed";
  return (
    <Stack gap={step.kind === "idle" || step.kind === "opening" ? 0 : "sm"}>
      <div aria-live="polite">
        {step.kind === "waiting" && (
          <Waiting begun={step.begun} blocked={step.blocked} says={step.says}>
            <Button variant="default" onClick={() => setStep({ kind: "idle" })}>
              {t.common.cancel}
            </Button>
          </Waiting>
        )}
        {step.kind === "expired" && <Hint>{t.consent.expired}</Hint>}
        {step.kind === "refused" && <Warning>{asSentence(step.says ?? "")}</Warning>}
        {step.kind === "failed" && <ErrorNotice error={step.error} />}
      </div>
      {step.kind !== "waiting" && (
        <Button
          variant={variant}
          leftSection={icon}
          fullWidth={fullWidth}
          disabled={disabled}
          loading={step.kind === "opening"}
          onClick={() => void start()}
          style={fullWidth ? undefined : { alignSelf: "flex-start" }}
        >
          {again ? t.consent.begin : label}
        </Button>
      )}
    </Stack>
  );
}

function Waiting({
  begun,
  blocked,
  says,
  children,
}: {
  begun: Consent;
  blocked: boolean;
  says: string | null;
  children: ReactNode;
}) {
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Loader size="xs" aria-hidden />
        <Text fw={600}>{t.consent.waiting}</Text>
      </Group>
      <Text size="sm">{blocked ? t.consent.blocked : t.consent.opened}</Text>
      {says && <Text size="sm">{asSentence(says)}</Text>}
      <Text size="sm" c="dimmed">
        {t.consent.until(timeOfDay(new Date(begun.expires_at)))} {t.consent.secret}
      </Text>
      <Group gap="xs">
        <Button
          component="a"
          href={begun.page_url}
          target="_blank"
          rel="noreferrer"
          variant={blocked ? "filled" : "default"}
          rightSection={<IconExternalLink size={15} aria-hidden />}
        >
          {t.consent.open}
        </Button>
        {children}
      </Group>
    </Stack>
  );
}
