/** Who may log in. */
import { Badge, Button, Group, Loader, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconUserCircle } from "@tabler/icons-react";
import { $api, client } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { Account } from "@/api/schema";
import { useSession } from "@/app/session";
import { useShortcut } from "@/app/shortcuts";
import { askFirst } from "@/components/askFirst";
import { Card } from "@/components/Card";
import { Empty } from "@/components/Empty";
import { Entries, Entry } from "@/components/Entries";
import { ErrorNotice } from "@/components/Notice";
import { reportDone } from "@/components/report";
import { When } from "@/components/When";
import { t } from "@/strings";
import { AccountChange } from "./AccountChange";
import { AccountForm } from "./AccountForm";
import { RoleMark } from "./RoleMark";

export default function Accounts() {
  const read = $api.useQuery("get", "/api/accounts");
  const [adding, shown] = useDisclosure(false);
  useShortcut("n", t.system.accountAdd, "here", shown.open);
  const accounts = read.data?.data.accounts ?? [];
  return (
    <Card
      title={t.system.tabs.accounts}
      padded={false}
      aside={
        <Button onClick={shown.open} leftSection={<IconPlus size={16} />}>
          {t.system.accountAdd}
        </Button>
      }
    >
      <Text size="sm" c="dimmed" px="md" pb="sm">
        {t.system.accountsLead}
      </Text>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loader m="md" aria-label={t.common.loading} />}
      {read.data && accounts.length === 0 && (
        <Empty icon={IconUserCircle} title={t.system.accountsNone}>
          {t.system.accountsNoneHint}
        </Empty>
      )}
      <Entries label={t.system.tabs.accounts}>
        {accounts.map((account) => (
          <AccountEntry key={account.id} account={account} />
        ))}
      </Entries>
      <Modal opened={adding} onClose={shown.close} title={t.system.accountAdd}>
        <AccountForm onDone={shown.close} />
      </Modal>
    </Card>
  );
}

function AccountEntry({ account }: { account: Account }) {
  const { principal } = useSession();
  const again = useReadAgain("/api/accounts", "/api/auth/sessions");
  const [changing, shown] = useDisclosure(false);
  const isSelf = principal.way === "session" && principal.name === account.name;
  const remove = () =>
    askFirst({
      title: t.system.accountRemoveTitle(account.name),
      says: t.system.accountRemoveSays,
      act: t.common.remove,
      isLoss: true,
      run: async () => {
        await client.DELETE("/api/accounts/{account_id}", { params: { path: { account_id: account.id } } });
        reportDone(t.system.accountRemoved(account.name));
        await again();
      },
    });
  return (
    <>
      <Entry
        name={account.name}
        marks={
          <Group gap={6}>
            <RoleMark role={account.role} />
            {isSelf && (
              <Badge variant="light" size="sm" tt="none" fw={500}>
                {t.system.accountYou}
              </Badge>
            )}
          </Group>
        }
        facts={[
          account.has_password ? t.system.accountPassword : t.system.accountNoPassword,
          account.plex_account === null ? null : t.system.accountPlex(String(account.plex_account)),
          account.last_login ? (
            <span key="seen">
              {t.system.accountSeen} <When at={account.last_login} />
            </span>
          ) : (
            t.system.accountUnseen
          ),
        ]}
        actions={
          <>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t.system.accountChangeOf(account.name)}
              onClick={shown.open}
            >
              {t.system.accountChange}
            </Button>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t.system.accountRemoveOf(account.name)}
              onClick={remove}
            >
              {t.common.remove}
            </Button>
          </>
        }
      />
      <Modal opened={changing} onClose={shown.close} title={t.system.accountChangeTitle(account.name)}>
        <AccountChange account={account} onDone={shown.close} />
      </Modal>
    </>
  );
}
