/** The jobs that have ended, newest first, and why some of them failed. */
import { Group, Pagination, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import { IconListCheck } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { $api } from "@/api/client";
import { jobName } from "@/app/JobActions";
import { Columns } from "@/components/Columns";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/Notice";
import { JobStateMark } from "@/components/State";
import { When } from "@/components/When";
import { t } from "@/strings";
import classes from "./activity.module.css";
import { JobOutcome } from "./JobOutcome";
import { ENDS, type End } from "./search";

const PAGE = 50;

export function Ended() {
  const words = t.activity;
  const { end, page = 1 } = useSearch({ from: "/activity" });
  const navigate = useNavigate({ from: "/activity" });
  const read = $api.useQuery(
    "get",
    "/api/jobs",
    {
      params: {
        query: { ...(end ? { state: end } : { active: false }), limit: PAGE, offset: (page - 1) * PAGE },
      },
    },
    { placeholderData: (before) => before },
  );
  const jobs = read.data?.data.jobs ?? [];
  const pages = Math.max(1, Math.ceil((read.data?.data.pagination.total_count ?? 0) / PAGE));
  return (
    <Stack gap="md">
      <Group>
        <SegmentedControl
          aria-label={words.endedFilter}
          value={end ?? "all"}
          onChange={(next) =>
            void navigate({ search: { view: "ended", end: ENDS.find((one) => one === next) as End } })
          }
          data={[
            { value: "all", label: words.endedAll },
            ...ENDS.map((one) => ({ value: one, label: words.endedStates[one] })),
          ]}
        />
      </Group>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.data && jobs.length === 0 && (
        <Empty icon={IconListCheck} title={end === "failed" ? words.endedFailedEmpty : words.endedEmpty} />
      )}
      {jobs.length > 0 && (
        <div className="card">
          <Table className={classes.table ?? ""} aria-label={words.ended}>
            <Columns
              className={classes.head ?? ""}
              names={[words.columns.when, words.columns.outcome, words.columns.what, words.columns.came]}
            />
            <Table.Tbody>
              {jobs.map((job) => (
                <Table.Tr key={job.id}>
                  <Table.Td className={classes.when ?? ""}>
                    <When at={job.finished_at} />
                  </Table.Td>
                  <Table.Td className={classes.mark ?? ""}>
                    <JobStateMark state={job.state} />
                  </Table.Td>
                  <Table.Td className={classes.file ?? ""}>
                    <Text truncate title={job.path || undefined}>
                      {jobName(job)}
                    </Text>
                    {job.path && (
                      <Text size="xs" c="dimmed">
                        {t.common.jobKind[job.kind]}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <JobOutcome job={job} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {pages > 1 && (
        <Pagination
          total={pages}
          value={page}
          onChange={(next) =>
            void navigate({ search: (old) => ({ ...old, page: next > 1 ? next : undefined }) })
          }
          getControlProps={(control) => ({
            "aria-label": control === "previous" ? words.previous : words.nextPage,
          })}
          getItemProps={(one) => ({ "aria-label": words.page(one, pages) })}
        />
      )}
    </Stack>
  );
}
