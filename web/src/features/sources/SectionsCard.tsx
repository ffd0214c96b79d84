/** What the media server has, and in which library of ours it lies. */
import { Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconMinus } from "@tabler/icons-react";
import type { Section, SectionLocation } from "@/api/schema";
import { Card } from "@/components/Card";
import { Columns } from "@/components/Columns";
import { PathText } from "@/components/PathText";
import { State } from "@/components/State";
import { t } from "@/strings";

const say = t.sources.sections;

export function SectionsCard({ sections }: { sections: readonly Section[] }) {
  return (
    <Card title={say.title} padded={sections.length === 0}>
      {sections.length === 0 ? (
        <Text c="dimmed">{say.empty}</Text>
      ) : (
        <Table.ScrollContainer minWidth={520} px="md" pb="xs">
          <Table>
            <Columns names={[say.section, say.kind, say.folder, say.library]} />
            <Table.Tbody>
              {sections.flatMap((section) =>
                section.locations.map((location) => (
                  <Table.Tr key={`${section.section_id} ${location.path}`}>
                    <Table.Td fw={600}>{section.title}</Table.Td>
                    <Table.Td>{say.kinds[section.kind]}</Table.Td>
                    <Table.Td maw={420}>
                      <PathText path={location.path} />
                    </Table.Td>
                    <Table.Td>
                      <Lies section={section} location={location} />
                    </Table.Td>
                  </Table.Tr>
                )),
              )}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Card>
  );
}

function Lies({ section, location }: { section: Section; location: SectionLocation }) {
  if (location.library !== null) return location.library;
  return section.kind === "other" ? (
    <State tone="quiet" icon={IconMinus} hint={say.notCachedHint}>
      {say.notCached}
    </State>
  ) : (
    <State tone="attention" icon={IconAlertTriangle} hint={say.noneHint}>
      {say.none}
    </State>
  );
}
