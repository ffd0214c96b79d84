/** What is done now, what was done, and what became of it. */
import { Tabs } from "@mantine/core";
import { IconChecklist, IconHistory, IconPlayerPlay } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useShortcut } from "@/app/shortcuts";
import { Page } from "@/components/Page";
import { t } from "@/strings";
import { Ended } from "./Ended";
import { History } from "./History";
import { Queue } from "./Queue";
import { VIEWS, type View } from "./search";

const SIGNS = { queue: IconPlayerPlay, ended: IconChecklist, history: IconHistory } as const;

export default function ActivityPage() {
  const { view = "queue" } = useSearch({ from: "/activity" });
  const navigate = useNavigate({ from: "/activity" });
  // What one view remembers says nothing about another.
  const show = (next: View) => void navigate({ search: next === "queue" ? {} : { view: next } });
  return (
    <Page title={t.activity.title}>
      <Tabs
        value={view}
        onChange={(next) => show(VIEWS.find((one) => one === next) ?? "queue")}
        keepMounted={false}
      >
        <Tabs.List aria-label={t.activity.views} mb="md">
          {VIEWS.map((one, index) => {
            const Sign = SIGNS[one];
            return (
              <Tabs.Tab key={one} value={one} leftSection={<Sign size={16} aria-hidden />}>
                {t.activity[one]}
                <ShowKey keys={String(index + 1)} label={t.activity[one]} run={() => show(one)} />
              </Tabs.Tab>
            );
          })}
        </Tabs.List>
        <Tabs.Panel value="queue">
          <Queue />
        </Tabs.Panel>
        <Tabs.Panel value="ended">
          <Ended />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function ShowKey({ keys, label, run }: { keys: string; label: string; run: () => void }) {
  useShortcut(keys, label, "here", run);
  return null;
}
