/** Whether files that the media server tells of are found in a folder here. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle, IconCheck, IconFolderX, IconQuestionMark } from "@tabler/icons-react";
import { $api } from "@/api/client";
import type { MappingTest } from "@/api/schema";
import { Disclosure } from "@/components/Disclosure";
import { PathText } from "@/components/PathText";
import { State } from "@/components/State";
import { t } from "@/strings";

const say = t.wizard.libraries;
const CALM = 600;

interface Library {
  name: string;
  path: string;
  server_path: string | null;
}

type Tested = MappingTest["libraries"][number];

export function FoundHere({
  library,
  onUse,
}: {
  library: Library;
  onUse: (found: { server_path: string; path: string }) => void;
}) {
  const now = JSON.stringify(library);
  const [settled] = useDebouncedValue(now, CALM);
  const read = $api.useQuery(
    "post",
    "/api/sources/plex/mapping/test",
    { body: { libraries: [JSON.parse(settled) as Library] } },
    { staleTime: 60_000, retry: false },
  );
  const tested = settled === now ? read.data?.data.libraries[0] : undefined;
  const { proposal } = tested ?? {};
  return (
    <Stack gap={6} aria-live="polite">
      {tested && <Verdict tested={tested} />}
      {proposal && (
        <Group gap="xs">
          <Text size="sm">{say.propose(proposal.server_path)}</Text>
          <Button size="compact-sm" variant="default" onClick={() => onUse(proposal)}>
            {say.use}
          </Button>
        </Group>
      )}
      {tested && tested.samples.length > 0 && tested.verdict !== "ok" && (
        <Disclosure label={say.looked}>
          {tested.samples.map((sample) => (
            <PathText key={sample.server_path} path={sample.path ?? sample.server_path} copy={false} />
          ))}
        </Disclosure>
      )}
    </Stack>
  );
}

function Verdict({ tested }: { tested: Tested }) {
  const found = tested.samples.filter((sample) => sample.found).length;
  const all = tested.samples.length;
  switch (tested.verdict) {
    case "ok":
      return (
        <State tone="quiet" icon={IconCheck}>
          {say.found(found, all)}
        </State>
      );
    case "empty":
      return (
        <State tone="attention" icon={IconQuestionMark}>
          {say.empty}
        </State>
      );
    case "unreachable":
      return (
        <State tone="loss" icon={IconFolderX}>
          {say.unreachable}
        </State>
      );
    case "wrong":
      return (
        <State tone="loss" icon={IconAlertTriangle}>
          {found > 0 ? say.some(found, all) : say.wrong}
        </State>
      );
  }
}
