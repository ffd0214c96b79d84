/** API keys: who has one, make one, revoke one. */
import { Button, Loader, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { $api, client } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { ApiKey, NewApiKey } from "@/api/schema";
import { useShortcut } from "@/app/shortcuts";
import { askFirst } from "@/components/askFirst";
import { Card } from "@/components/Card";
import { Empty } from "@/components/Empty";
import { Entries, Entry } from "@/components/Entries";
import { ErrorNotice } from "@/components/Notice";
import { reportDone } from "@/components/report";
import { useNow, When } from "@/components/When";
import { t } from "@/strings";
import { KeyForm } from "./KeyForm";
import { KeySecret } from "./KeySecret";
import { RoleMark } from "./RoleMark";

export default function Keys() {
  const read = $api.useQuery("get", "/api/keys");
  const [making, shown] = useDisclosure(false);
  const [made, setMade] = useState<NewApiKey | null>(null);
  useShortcut("n", t.system.keyMake, "here", shown.open);
  const keys = read.data?.data.keys ?? [];
  return (
    <Card
      title={t.system.tabs.keys}
      padded={false}
      aside={
        <Button onClick={shown.open} leftSection={<IconPlus size={16} />}>
          {t.system.keyMake}
        </Button>
      }
    >
      <Text size="sm" c="dimmed" px="md" pb="sm">
        {t.system.keysLead}
      </Text>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loader m="md" aria-label={t.common.loading} />}
      {read.data && keys.length === 0 && (
        <Empty icon={IconKey} title={t.system.keysNone}>
          {t.system.keysNoneHint}
        </Empty>
      )}
      <Entries label={t.system.tabs.keys}>
        {keys.map((key) => (
          <KeyEntry key={key.id} apiKey={key} />
        ))}
      </Entries>
      <Modal opened={making} onClose={shown.close} title={t.system.keyMake}>
        <KeyForm
          onCancel={shown.close}
          onMade={(key) => {
            shown.close();
            setMade(key);
          }}
        />
      </Modal>
      {made && <KeySecret made={made} onClose={() => setMade(null)} />}
    </Card>
  );
}

function KeyEntry({ apiKey }: { apiKey: ApiKey }) {
  const again = useReadAgain("/api/keys");
  const now = useNow();
  const revoke = () =>
    askFirst({
      title: t.system.keyRevokeTitle(apiKey.name),
      says: t.system.keyRevokeSays,
      act: t.system.keyRevoke,
      isLoss: true,
      run: async () => {
        await client.DELETE("/api/keys/{key_id}", { params: { path: { key_id: apiKey.id } } });
        reportDone(t.system.keyRevoked(apiKey.name));
        await again();
      },
    });
  const hasEnded = apiKey.expires_at !== null && new Date(apiKey.expires_at) <= now;
  return (
    <Entry
      name={apiKey.name}
      marks={<RoleMark role={apiKey.role} />}
      facts={[
        <span key="begins">
          {t.system.keyBegins} <span className="mono">{apiKey.begins}</span>
        </span>,
        apiKey.last_used ? (
          <span key="used">
            {t.system.keyUsed} <When at={apiKey.last_used} />
          </span>
        ) : (
          t.system.keyUnused
        ),
        apiKey.expires_at === null ? (
          t.system.keyNoEnd
        ) : (
          <span key="ends">
            {hasEnded ? t.system.keyEnded : t.system.keyEndsAt} <When at={apiKey.expires_at} />
          </span>
        ),
        <span key="made">
          {t.system.keyMadeBy(apiKey.created_by)} <When at={apiKey.created_at} />
        </span>,
      ]}
      actions={
        <Button
          variant="default"
          size="compact-sm"
          aria-label={t.system.keyRevokeOf(apiKey.name)}
          onClick={revoke}
        >
          {t.system.keyRevoke}
        </Button>
      }
    />
  );
}
