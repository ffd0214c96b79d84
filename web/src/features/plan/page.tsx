/** What the next run does and why, and a way to let it run now. */
import { Center, Loader, Pagination, Stack, Tabs, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { $api } from "@/api/client";
import { useSession } from "@/app/session";
import { ErrorNotice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { count } from "@/lib/format";
import { readAgainSoon } from "@/live/effects";
import { useLiveEvent } from "@/live/live";
import { t } from "@/strings";
import { Listing } from "./Listing";
import { PauseButton } from "./PauseButton";
import classes from "./plan.module.css";
import { RunNow, RunOutcome } from "./RunNow";
import { Summary } from "./Summary";
import { LISTS, type PlanSearch } from "./search";
import { isShown, lengthOf } from "./tallies";
import { useRun } from "./useRun";

const PAGE = 50;

export default function PlanPage() {
  const words = t.plan;
  const { may } = useSession();
  const { list = "cache", page = 1 } = useSearch({ from: "/plan" });
  const navigate = useNavigate({ from: "/plan" });
  const queries = useQueryClient();
  const run = useRun();
  const read = $api.useQuery(
    "get",
    "/api/plan",
    { params: { query: { limit: PAGE, offset: (page - 1) * PAGE } } },
    { placeholderData: (before) => before },
  );
  // Whatever is wanted, comes or goes changes what would be done next.
  useLiveEvent((event) => {
    if (event.type === "job_finished" || event.type === "session_started" || event.type === "session_ended") {
      readAgainSoon(queries, "/api/plan");
    }
  });
  const plan = read.data?.data;
  const go = (search: PlanSearch) => void navigate({ search });
  const pages = plan && list !== "sources" ? Math.ceil(lengthOf(plan, list) / PAGE) : 1;

  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        may("operator") && (
          <>
            <PauseButton />
            <RunNow run={run} />
          </>
        )
      }
    >
      <RunOutcome run={run} />
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && (
        <Center h={200}>
          <Loader aria-label={t.common.loading} />
        </Center>
      )}
      {plan && (
        <>
          <Summary plan={plan} />
          <Tabs
            value={list}
            onChange={(next) => go({ list: LISTS.find((one) => one === next) ?? "cache" })}
            keepMounted={false}
          >
            <Tabs.List aria-label={words.views} className={classes.tabs ?? ""}>
              {LISTS.filter((one) => isShown(plan, one, list)).map((one) => (
                <Tabs.Tab key={one} value={one}>
                  {words[one]}{" "}
                  <Text span c="dimmed" size="sm">
                    {count(lengthOf(plan, one))}
                  </Text>
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value={list} pt="md">
              <Stack gap="md">
                <Text size="sm" c="dimmed">
                  {words.leads[list]}
                </Text>
                <Listing plan={plan} list={list} />
                {pages > 1 && (
                  <Pagination
                    total={pages}
                    value={page}
                    onChange={(next) => go({ list, page: next })}
                    getControlProps={(control) => ({
                      "aria-label": control === "previous" ? words.previous : words.nextPage,
                    })}
                    getItemProps={(one) => ({ "aria-label": words.page(one, pages) })}
                  />
                )}
              </Stack>
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Page>
  );
}
