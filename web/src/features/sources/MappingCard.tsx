/** Where the media server's folders lie here, tried with files of its own; and what could be set where they lie nowhere. */
import { Button, Group, List, Stack, Text } from "@mantine/core";
import { IconFolderSearch } from "@tabler/icons-react";
import { $api } from "@/api/client";
import type { Source } from "@/api/schema";
import { Card } from "@/components/Card";
import { MappedLibraries } from "@/components/MappedLibraries";
import { ErrorNotice } from "@/components/Notice";
import { PathText } from "@/components/PathText";
import { Warning } from "@/components/Warning";
import { t } from "@/strings";
import { ApplyProposal } from "./ApplyProposal";

const say = t.sources.mapping;

export function MappingCard({ source }: { source: Source }) {
  const read = $api.useQuery("get", "/api/library");
  const test = $api.useMutation("post", "/api/sources/plex/mapping/test");
  const roots = read.data?.data.roots ?? [];
  return (
    <Card
      title={say.title}
      aside={
        <Button
          variant="default"
          leftSection={<IconFolderSearch size={16} aria-hidden />}
          loading={test.isPending}
          disabled={roots.length === 0}
          onClick={() => test.mutate({ body: {} })}
        >
          {say.test}
        </Button>
      }
    >
      <Stack gap="sm">
        <Text c="dimmed" size="sm" maw={760}>
          {say.says}
        </Text>
        {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
        {read.data && roots.length === 0 && <Text>{say.none}</Text>}
        {test.error && <ErrorNotice error={test.error} />}
        <div aria-live="polite" aria-busy={test.isPending}>
          {test.isPending && <Text size="sm">{say.testing}</Text>}
          {roots.length > 0 && (
            <MappedLibraries
              libraries={roots}
              tested={test.data?.data ?? null}
              action={({ name, proposal }) =>
                proposal && <ApplyProposal library={name} serverPath={proposal.server_path} />
              }
            />
          )}
        </div>
        {source.proposals.length > 0 && <Proposals proposals={source.proposals} />}
        {source.unmapped_files.length > 0 && <Unmapped files={source.unmapped_files} />}
      </Stack>
    </Card>
  );
}

function Proposals({ proposals }: { proposals: Source["proposals"] }) {
  return (
    <Warning title={say.proposals}>
      <List listStyleType="none" spacing="xs">
        {proposals.map(({ library, location, section, server_path }) => (
          <List.Item key={`${library} ${location}`}>
            <PathText path={location} />
            <Group gap="xs">
              <Text size="sm">{say.proposalSays(library, section)}</Text>
              <ApplyProposal library={library} serverPath={server_path} />
            </Group>
          </List.Item>
        ))}
      </List>
    </Warning>
  );
}

function Unmapped({ files }: { files: readonly string[] }) {
  return (
    <Warning title={say.unmapped}>
      <Text size="sm" mb={4}>
        {say.unmappedSays}
      </Text>
      <List listStyleType="none">
        {files.map((path) => (
          <List.Item key={path}>
            <PathText path={path} />
          </List.Item>
        ))}
      </List>
    </Warning>
  );
}
