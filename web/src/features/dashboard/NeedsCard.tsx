/** What a person should look at. Not there when there is nothing. */
import { IconAlertTriangle, IconEye } from "@tabler/icons-react";
import { Card } from "@/components/Card";
import { PageLink } from "@/components/PageLink";
import { State } from "@/components/State";
import { t } from "@/strings";
import classes from "./dashboard.module.css";
import type { Need } from "./needs";

const SHOWN = 6;

const PLACES = {
  failedJobs: { to: "/activity", search: { view: "ended", end: "failed" } },
  orphans: { to: "/cached", search: { status: "orphaned" } },
  sources: { to: "/sources" },
  system: { to: "/system" },
  users: { to: "/users" },
} as const satisfies Record<Need["at"], unknown>;

export function NeedsCard({ needs }: { needs: readonly Need[] }) {
  const words = t.dashboard;
  return (
    <Card title={words.needs} padded={false}>
      <ul className={classes.list}>
        {needs.slice(0, SHOWN).map((need) => (
          <li key={need.id}>
            <div className={classes.grow}>
              <State
                tone={need.tone}
                icon={need.tone === "loss" ? IconAlertTriangle : IconEye}
                hint={need.tone === "loss" ? words.needsBroken : words.needsLook}
              >
                <PageLink {...PLACES[need.at]} size="sm" fw={500} c="inherit" underline="always">
                  {need.title}
                </PageLink>
              </State>
              {need.detail && <div className={classes.small}>{need.detail}</div>}
            </div>
          </li>
        ))}
        {needs.length > SHOWN && (
          <li>
            <PageLink to="/system" size="sm">
              {words.needsMore(needs.length - SHOWN)}
            </PageLink>
          </li>
        )}
      </ul>
    </Card>
  );
}
