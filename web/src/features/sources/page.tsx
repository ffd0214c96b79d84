/** Who tells what is watched, where their folders lie here, and who else reads the libraries. */
import { Button, SimpleGrid, Skeleton, Stack } from "@mantine/core";
import { IconRefresh, IconWand } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { $api } from "@/api/client";
import { useCommand } from "@/app/Palette";
import { useSession } from "@/app/session";
import { useShortcut } from "@/app/shortcuts";
import { ErrorNotice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { reportDone, reportProblem } from "@/components/report";
import { t } from "@/strings";
import { MappingCard } from "./MappingCard";
import { PlexCard } from "./PlexCard";
import { ReadersCard } from "./ReadersCard";
import { useReadSourcesAgain, useSources } from "./reading";
import { SectionsCard } from "./SectionsCard";
import { WebhooksCard } from "./WebhooksCard";

const say = t.sources;

export default function SourcesPage() {
  const { may } = useSession();
  const read = useSources();
  const readAgain = useReadSourcesAgain();
  const refresh = $api.useMutation("post", "/api/sources/plex/refresh", {
    onSuccess: () => {
      reportDone(say.refreshing);
      readAgain();
    },
    onError: reportProblem,
  });
  const askAnew = () => refresh.mutate({});
  useShortcut("r", say.refresh, "here", askAnew);
  useCommand({ id: "refresh-plex", label: say.refresh, icon: <IconRefresh size={18} />, run: askAnew });
  return (
    <Page
      title={say.title}
      lead={say.lead}
      actions={
        <>
          {may("admin") && (
            <Button
              component={Link}
              to="/wizard"
              variant="default"
              leftSection={<IconWand size={16} aria-hidden />}
            >
              {say.setUp}
            </Button>
          )}
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={refresh.isPending}
            onClick={askAnew}
          >
            {say.refresh}
          </Button>
        </>
      }
    >
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Skeleton height={220} radius={8} />}
      {read.data?.data.sources.map((source) => (
        <Stack key={source.address} gap="md">
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: "start" }}>
            <PlexCard source={source} />
            <SectionsCard sections={source.sections} />
          </SimpleGrid>
          <MappingCard source={source} />
        </Stack>
      ))}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: "start" }}>
        <ReadersCard />
        {may("admin") && <WebhooksCard />}
      </SimpleGrid>
    </Page>
  );
}
