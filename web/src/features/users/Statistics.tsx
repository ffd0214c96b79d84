/** What somebody came to want within a period. */
import { Group, Loader, SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { $api } from "@/api/client";
import type { User, UserStatistics } from "@/api/schema";
import { Card } from "@/components/Card";
import { ErrorNotice } from "@/components/Notice";
import { bytes, count } from "@/lib/format";
import { t } from "@/strings";
import { PERIODS } from "./search";

const route = getRouteApi("/users");

/** As the address says; the figures and the list below them are one answer. */
export function useStatistics(user: User) {
  const days = route.useSearch().days ?? 30;
  return $api.useQuery(
    "get",
    "/api/cached/users/{user_id}/stats",
    { params: { path: { user_id: user.user_id }, query: { days } } },
    { placeholderData: (old) => old },
  );
}

export function Statistics({ user, children }: { user: User; children: ReactNode }) {
  const days = route.useSearch().days ?? 30;
  const navigate = route.useNavigate();
  const read = useStatistics(user);
  const choose = (value: string) => {
    const period = PERIODS.find((one) => String(one) === value);
    if (period) void navigate({ search: (old) => ({ ...old, days: period }), replace: true });
  };
  return (
    <Card title={t.users.statistics} padded={false}>
      <Group px="md" pb="sm" justify="space-between">
        <SegmentedControl
          aria-label={t.users.period}
          size="xs"
          value={String(days)}
          onChange={choose}
          data={PERIODS.map((one) => ({ value: String(one), label: t.users.periods[one] }))}
        />
        {children}
      </Group>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loader m="md" aria-label={t.common.loading} />}
      {read.data && <Figures statistics={read.data.data} />}
    </Card>
  );
}

function Figures({ statistics }: { statistics: UserStatistics }) {
  const reason = statistics.most_common_operation;
  return (
    <SimpleGrid component="dl" cols={{ base: 2, xs: 4 }} px="md" my={0} pb="md">
      <Figure name={t.users.total} value={count(statistics.total_files)} hint={t.users.totalHint} />
      <Figure name={t.users.active} value={count(statistics.active_files)} />
      <Figure name={t.users.size} value={bytes(statistics.total_size_bytes)} hint={t.users.sizeHint} />
      <Figure name={t.users.common} value={reason === null ? "–" : t.common.operation[reason]} />
    </SimpleGrid>
  );
}

function Figure({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <Stack gap={0}>
      <Text component="dt" size="xs" c="dimmed" title={hint}>
        {name}
      </Text>
      <Text component="dd" m={0} size="lg" fw={600}>
        {value}
      </Text>
    </Stack>
  );
}
