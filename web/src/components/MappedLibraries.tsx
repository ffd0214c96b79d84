/** What came of looking for the media server's files here: a line per library, its files below it. */
import { Group, Stack, Table, Text } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconCheck,
  IconCircleDashed,
  IconFolderX,
  IconQuestionMark,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { MappingTest } from "@/api/schema";
import { Columns } from "@/components/Columns";
import { t } from "@/strings";
import { Disclosure } from "./Disclosure";
import { PathText } from "./PathText";
import { State, type Tone } from "./State";

const say = t.sources.mapping;

type Tested = MappingTest["libraries"][number];

const VERDICTS: Record<Tested["verdict"], [Tone, Icon]> = {
  ok: ["quiet", IconCheck],
  wrong: ["loss", IconAlertTriangle],
  empty: ["attention", IconQuestionMark],
  unreachable: ["loss", IconFolderX],
};

export interface MappedLibrary {
  name: string;
  path: string;
  server_path: string | null;
}

export function MappedLibraries({
  libraries,
  tested,
  action,
}: {
  libraries: readonly MappedLibrary[];
  tested: MappingTest | null;
  /** What can be done about a library whose files were looked for elsewhere. */
  action?: (library: Tested) => ReactNode;
}) {
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table verticalSpacing="xs">
        <Columns names={[say.library, say.here, say.atPlex, say.found]} />
        <Table.Tbody>
          {libraries.map((library) => {
            const found = tested?.libraries.find((one) => one.name === library.name);
            return (
              <Table.Tr key={library.name}>
                <Table.Td fw={600}>{library.name}</Table.Td>
                <Table.Td maw={360}>
                  <PathText path={library.path} />
                </Table.Td>
                <Table.Td maw={360}>
                  {library.server_path === null || library.server_path === library.path ? (
                    <span className="quiet">{say.same}</span>
                  ) : (
                    <PathText path={library.server_path} />
                  )}
                </Table.Td>
                <Table.Td>
                  {found ? (
                    <Found library={found} action={action} />
                  ) : (
                    <State tone="quiet" icon={IconCircleDashed}>
                      {say.untested}
                    </State>
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Found({
  library,
  action,
}: {
  library: Tested;
  action?: ((library: Tested) => ReactNode) | undefined;
}) {
  const [tone, icon] = VERDICTS[library.verdict];
  const found = library.samples.filter((sample) => sample.found).length;
  return (
    <Stack gap={4} align="flex-start">
      <Group gap="xs">
        <State tone={tone} icon={icon}>
          {say.verdict[library.verdict]}
        </State>
        {library.samples.length > 0 && (
          <span className="quiet">{say.counted(found, library.samples.length)}</span>
        )}
      </Group>
      {library.proposal && (
        <Group gap="xs">
          <Text size="sm">{say.propose(library.proposal.server_path)}</Text>
          {action?.(library)}
        </Group>
      )}
      {library.samples.length > 0 && (
        <Disclosure label={say.samples(library.samples.length)}>
          <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {library.samples.map((sample) => (
              <li key={sample.server_path}>
                <PathText path={sample.path ?? sample.server_path} copy={false} />
                <Sample sample={sample} />
              </li>
            ))}
          </Stack>
        </Disclosure>
      )}
    </Stack>
  );
}

function Sample({ sample }: { sample: Tested["samples"][number] }) {
  if (sample.found && sample.size_matches !== false) {
    return (
      <State tone="quiet" icon={IconCheck}>
        {say.sampleFound}
      </State>
    );
  }
  return (
    <State tone={sample.found ? "attention" : "loss"} icon={IconAlertTriangle}>
      {sample.problem ?? (sample.found ? say.sampleSize : say.sampleMissing)}
    </State>
  );
}
