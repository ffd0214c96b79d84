/** The frame of a step: what is asked and why, the answer, and the way on. */
import { Button, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconArrowRight } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import { t } from "@/strings";
import { STEPS, type StepName } from "./state";
import classes from "./wizard.module.css";

export interface Steps {
  /** Whether somebody came here by going on, so that the heading takes the focus. */
  isArrival: boolean;
  next(): void;
  back(): void;
}

export function StepFrame({
  step,
  title,
  says,
  steps,
  next,
  isAside = false,
  onNext,
  mayGoOn = true,
  isBusy = false,
  children,
}: {
  step: StepName;
  title: string;
  says: string;
  steps: Steps;
  /** The word on the button; none where the step has a button of its own. */
  next?: string | null;
  /** Whether the way on is not what most want here. */
  isAside?: boolean;
  /** What is done first; the next step follows if it says so. */
  onNext?: () => Promise<boolean>;
  mayGoOn?: boolean;
  isBusy?: boolean;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isArrival = useRef(steps.isArrival);
  useEffect(() => {
    if (isArrival.current) heading.current?.focus();
  }, []);
  const index = STEPS.indexOf(step);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!mayGoOn || isBusy || next === null) return;
    if (!onNext || (await onNext())) steps.next();
  };
  return (
    <form className={`card ${classes.frame}`} onSubmit={(event) => void submit(event)} noValidate>
      <div>
        <Text size="xs" c="dimmed">
          {t.wizard.step(index + 1, STEPS.length)}
        </Text>
        <Title order={2} ref={heading} tabIndex={-1} className={classes.heading ?? ""} size="h1">
          {title}
        </Title>
        <Text c="dimmed" maw={640} mt={4}>
          {says}
        </Text>
      </div>
      {children}
      <div className={classes.foot}>
        {index > 0 ? (
          <Button
            variant="default"
            leftSection={<IconArrowLeft size={16} aria-hidden />}
            onClick={steps.back}
          >
            {t.common.back}
          </Button>
        ) : (
          <span />
        )}
        {next !== null && (
          <Button
            type="submit"
            variant={isAside ? "default" : "filled"}
            loading={isBusy}
            disabled={!mayGoOn}
            rightSection={<IconArrowRight size={16} aria-hidden />}
          >
            {next ?? t.wizard.next}
          </Button>
        )}
      </div>
    </form>
  );
}
