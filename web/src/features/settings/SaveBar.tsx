/** What is not saved yet, whether it could be, and the two ways out. */
import { Button, Loader, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { askFirst } from "@/components/askFirst";
import { State } from "@/components/State";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import type { Complaint } from "./model";
import classes from "./SaveBar.module.css";
import type { Check } from "./useSettings";

export function SaveBar({
  count,
  check,
  complaints,
  elsewhere,
  onReview,
  onDiscard,
}: {
  count: number;
  check: Check;
  complaints: readonly Complaint[];
  /** Those that stand at no field. */
  elsewhere: readonly Complaint[];
  onReview(): void;
  onDiscard(): void;
}) {
  const discard = () =>
    askFirst({
      title: t.settings.discardTitle,
      says: t.settings.discardSays(count),
      act: t.settings.discard,
      isLoss: true,
      run: async () => onDiscard(),
    });
  return (
    <section className={classes.bar} aria-label={t.settings.bar}>
      <div className={classes.says} aria-live="polite">
        <Text fw={600} span>
          {t.settings.changedCount(count)}
        </Text>
        {check === "checking" && (
          <Text size="sm" c="dimmed" span>
            <Loader size={12} aria-hidden /> {t.settings.checking}
          </Text>
        )}
        {check === "fits" && (
          <State tone="served" icon={IconCircleCheck}>
            {t.settings.fits}
          </State>
        )}
        {check === "wrong" && (
          <State tone="loss" icon={IconAlertTriangle}>
            {t.settings.wrong(complaints.length)}
          </State>
        )}
        {elsewhere.map((one) => (
          <Text key={one.message} size="sm" span>
            {asSentence(one.message)}
          </Text>
        ))}
      </div>
      <div className={classes.acts}>
        <Button variant="default" onClick={discard}>
          {t.settings.discard}
        </Button>
        <Button disabled={check === "wrong" || check === "checking"} onClick={onReview}>
          {t.settings.review}
        </Button>
      </div>
    </section>
  );
}
