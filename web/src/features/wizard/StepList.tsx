/** The steps, how far each is, and the way to each. */
import { UnstyledButton } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { t } from "@/strings";
import { STEPS, type StepMark, type StepName } from "./state";
import classes from "./wizard.module.css";

export function StepList({
  at,
  marks,
  onGo,
}: {
  at: StepName;
  marks: Record<StepName, StepMark>;
  onGo: (step: StepName) => void;
}) {
  return (
    <nav aria-label={t.wizard.steps}>
      <ol className={classes.list}>
        {STEPS.map((step, index) => (
          <li key={step}>
            <UnstyledButton
              className={classes.step}
              aria-current={step === at ? "step" : undefined}
              data-mark={marks[step]}
              onClick={() => onGo(step)}
            >
              <span className={classes.number} aria-hidden>
                {marks[step] === "done" ? <IconCheck size={16} /> : index + 1}
              </span>
              <span className={classes.word}>
                <span>{t.wizard.names[step]}</span>
                <span className={classes.mark}>{t.wizard.marks[marks[step]]}</span>
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ol>
    </nav>
  );
}
