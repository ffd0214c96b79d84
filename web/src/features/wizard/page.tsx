/** From nothing to the first film: each step is tried as it goes, and what is done already is seen, not remembered. */
import { Button, Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useSession } from "@/app/session";
import { ErrorNotice, Hint } from "@/components/Notice";
import { Page } from "@/components/Page";
import { t } from "@/strings";
import { useSetUp } from "./reading";
import { StepList } from "./StepList";
import { marksOf, resumeAt, STEPS, type StepName } from "./state";
import { BehaviourStep } from "./steps/BehaviourStep";
import { CacheStep } from "./steps/CacheStep";
import { FirstStep } from "./steps/FirstStep";
import { LibrariesStep } from "./steps/LibrariesStep";
import { PlexStep } from "./steps/PlexStep";
import { ReadersStep } from "./steps/ReadersStep";
import { SummaryStep } from "./steps/SummaryStep";
import classes from "./wizard.module.css";

const CONTENT = {
  plex: PlexStep,
  cache: CacheStep,
  libraries: LibrariesStep,
  readers: ReadersStep,
  behaviour: BehaviourStep,
  summary: SummaryStep,
  first: FirstStep,
} as const;

export default function WizardPage() {
  const { may } = useSession();
  return (
    <Page
      title={t.wizard.title}
      lead={t.wizard.lead}
      actions={
        <Button component={Link} to="/" variant="default">
          {t.wizard.leave}
        </Button>
      }
    >
      {may("admin") ? <Wizard /> : <Hint>{t.wizard.needsAdmin}</Hint>}
    </Page>
  );
}

function Wizard() {
  const { setUp, error, retry } = useSetUp();
  // Null until somebody goes anywhere: it begins where the server is.
  const [chosen, setChosen] = useState<StepName | null>(null);
  const [began, setBegan] = useState<StepName | null>(null);
  if (!setUp) {
    return error ? <ErrorNotice error={error} retry={retry} /> : <Skeleton height={420} radius={8} />;
  }
  // Where it began it stays: what gets done meanwhile must not take the step away under somebody's hands.
  if (began === null) setBegan(resumeAt(setUp));
  const at = chosen ?? began ?? resumeAt(setUp);
  const Content = CONTENT[at];
  const go = (by: number) => {
    const step = STEPS[STEPS.indexOf(at) + by];
    if (step) setChosen(step);
  };
  return (
    <div className={classes.columns}>
      <StepList at={at} marks={marksOf(setUp)} onGo={setChosen} />
      <Content key={at} steps={{ isArrival: chosen !== null, next: () => go(1), back: () => go(-1) }} />
    </div>
  );
}
