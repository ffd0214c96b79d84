/** The plan in a line of numbers, and what holds it up. */
import { Text } from "@mantine/core";
import { IconHelpCircle, IconMoon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Plan } from "@/api/schema";
import { useSession } from "@/app/session";
import { PageLink } from "@/components/PageLink";
import { State } from "@/components/State";
import { useNow, When } from "@/components/When";
import { timeOfDay } from "@/lib/format";
import { t } from "@/strings";
import classes from "./plan.module.css";

export function Summary({ plan }: { plan: Plan }) {
  const words = t.plan;
  const { may } = useSession();
  const now = useNow();
  const { totals, keep, room } = plan;
  const quiet = plan.quiet_until && new Date(plan.quiet_until) > now ? new Date(plan.quiet_until) : null;
  return (
    <>
      {quiet && (
        <State tone="attention" icon={IconMoon}>
          {words.quiet(timeOfDay(quiet))}
        </State>
      )}
      {plan.unsure && (
        <State tone="attention" icon={IconHelpCircle}>
          {words.unsure}
        </State>
      )}
      <dl className={`card ${classes.summary}`}>
        <Figure name={words.cache} value={words.sum(totals.cache.files, totals.cache.size_readable)} />
        <Figure
          name={words.give_back}
          value={words.sum(totals.give_back.files, totals.give_back.size_readable)}
        />
        <Figure
          name={words.stays}
          value={words.files(keep.files)}
          hint={keep.files > 0 ? words.staysWanted(keep.wanted, keep.unwanted) : undefined}
          title={words.staysHint}
        />
        <Figure
          name={words.room}
          value={words.roomLeft(room.left_readable)}
          hint={words.roomOf(room.used_readable, room.capacity_readable)}
        />
        <Figure name={words.asked} value={<When at={plan.asked_at} absent={words.neverAsked} />} />
      </dl>
      <Text size="sm" c="dimmed">
        {words.schedule}{" "}
        {may("admin") && (
          <PageLink to="/settings" size="sm" underline="always">
            {words.scheduleSet}
          </PageLink>
        )}
      </Text>
    </>
  );
}

function Figure({
  name,
  value,
  hint,
  title,
}: {
  name: string;
  value: ReactNode;
  hint?: string | undefined;
  title?: string;
}) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        {hint && <span className="quiet">{hint}</span>}
      </dd>
    </div>
  );
}
