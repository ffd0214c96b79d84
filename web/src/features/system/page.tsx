/** The machine itself: is it well, who may come in, what runs. */
import { Loader, Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Role } from "@/api/schema";
import { useSession } from "@/app/session";
import { Page } from "@/components/Page";
import { t } from "@/strings";
import classes from "./page.module.css";
import { type SystemTab, TABS } from "./search";

const NEEDS: Record<SystemTab, Role> = {
  checks: "operator",
  keys: "admin",
  accounts: "admin",
  logins: "viewer",
  about: "viewer",
};

const PARTS = {
  checks: lazy(() => import("./Checks")),
  keys: lazy(() => import("./Keys")),
  accounts: lazy(() => import("./Accounts")),
  logins: lazy(() => import("./LogIns")),
  about: lazy(() => import("./About")),
} satisfies Record<SystemTab, unknown>;

const route = getRouteApi("/system");

export default function SystemPage() {
  const { may } = useSession();
  const navigate = route.useNavigate();
  const asked = route.useSearch().tab;
  const tabs = TABS.filter((tab) => may(NEEDS[tab]));
  // An address from somebody who may see more leads to what this one may see.
  const shown = tabs.find((tab) => tab === asked) ?? tabs[0] ?? "about";
  const go = (value: string | null) => {
    const tab = TABS.find((one) => one === value);
    if (tab) void navigate({ search: { tab } });
  };
  return (
    <Page title={t.system.title}>
      <Tabs value={shown} onChange={go} keepMounted={false}>
        <Tabs.List aria-label={t.system.tabsLabel} mb="md" className={classes.tabs ?? ""}>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t.system.tabs[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map((tab) => {
          const Part = PARTS[tab];
          return (
            <Tabs.Panel key={tab} value={tab}>
              <Suspense fallback={<Loader aria-label={t.common.loading} />}>
                <Part />
              </Suspense>
            </Tabs.Panel>
          );
        })}
      </Tabs>
    </Page>
  );
}
