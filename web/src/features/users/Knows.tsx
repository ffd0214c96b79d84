/** How each source of somebody's wishes is known, and why one is not. */
import { Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconHelpCircle } from "@tabler/icons-react";
import type { Knowledge, User } from "@/api/schema";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { Columns } from "@/components/Columns";
import { PageLink } from "@/components/PageLink";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";

export function Knows({ user }: { user: User }) {
  return (
    <Card title={t.users.knows} padded={user.knows.length === 0}>
      {user.knows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t.users.knowsNone}
        </Text>
      ) : (
        <Table verticalSpacing="xs" horizontalSpacing="md">
          <Columns names={[t.users.source, t.users.way]} />
          <Table.Tbody>
            {user.knows.map((one) => (
              <Table.Tr key={one.source}>
                <Table.Th scope="row" fw={500} style={{ verticalAlign: "top" }}>
                  {t.users.wishSource[one.source]}
                </Table.Th>
                <Table.Td>
                  <Way knowledge={one} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}

function Way({ knowledge: { way, problem, asked_at } }: { knowledge: Knowledge }) {
  const { may } = useSession();
  const [tone, icon] =
    way === "none"
      ? (["attention", IconHelpCircle] as const)
      : problem
        ? (["attention", IconAlertTriangle] as const)
        : (["served", IconCircleCheck] as const);
  return (
    <>
      <State tone={tone} icon={icon}>
        {t.users.wishWay[way]}
      </State>
      {asked_at && (
        <Text size="xs" c="dimmed">
          {t.users.seen} <When at={asked_at} />
        </Text>
      )}
      {problem && (
        <Text size="sm">
          {asSentence(problem.message)}{" "}
          {way === "none" && may("operator") && <PageLink to="/sources">{t.users.toSources}</PageLink>}
        </Text>
      )}
    </>
  );
}
