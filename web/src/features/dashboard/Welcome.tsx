/** What stands where an instance has nothing to do yet: what is missing, and where to go. */
import { Group, Text } from "@mantine/core";
import { $api } from "@/api/client";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { PageLink } from "@/components/PageLink";
import { useNow } from "@/components/When";
import { relative } from "@/lib/format";
import { t } from "@/strings";

export function Welcome() {
  const words = t.dashboard;
  const { may } = useSession();
  const now = useNow();
  const sources = $api.useQuery("get", "/api/sources", {}, { enabled: may("operator") }).data?.data.sources;
  const statistics = $api.useQuery("get", "/api/cached/statistics").data?.data;
  const plan = $api.useQuery("get", "/api/plan", { params: { query: { limit: 1 } } }).data?.data;
  if (sources?.every((source) => source.state === "not_connected")) {
    return (
      <Card title={words.welcome}>
        <Text maw={680}>{words.welcomeText}</Text>
        <Group gap="lg" mt="sm">
          <PageLink to={may("admin") ? "/wizard" : "/sources"} fw={600}>
            {words.welcomeGo}
          </PageLink>
          <PageLink to="/add">{words.welcomeByHand}</PageLink>
        </Group>
      </Card>
    );
  }
  if (statistics?.total_files === 0 && plan) {
    return (
      <Card title={words.nothingYet}>
        <Text maw={680}>
          {words.nothingYetText(plan.asked_at ? relative(new Date(plan.asked_at), now) : null)}
        </Text>
        <Group gap="lg" mt="sm">
          <PageLink to="/plan">{words.toPlan}</PageLink>
          {may("operator") && <PageLink to="/add">{words.welcomeByHand}</PageLink>}
        </Group>
      </Card>
    );
  }
  return null;
}
