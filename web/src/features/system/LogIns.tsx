/** Sessions, one's own and (for admins) everybody's, and one's password. */
import { Badge, Button, Loader, Stack, Switch, Text } from "@mantine/core";
import { IconDeviceLaptop } from "@tabler/icons-react";
import { useState } from "react";
import { $api } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { AuthSession } from "@/api/schema";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { Empty } from "@/components/Empty";
import { Entries, Entry } from "@/components/Entries";
import { ErrorNotice } from "@/components/Notice";
import { reportDone, reportProblem } from "@/components/report";
import { When } from "@/components/When";
import { t } from "@/strings";
import { agentOf } from "./agent";
import { PasswordForm } from "./PasswordForm";

export default function LogIns() {
  const { principal, may } = useSession();
  const [isAll, setAll] = useState(false);
  const read = $api.useQuery("get", "/api/auth/sessions", { params: { query: isAll ? { all: true } : {} } });
  const sessions = read.data?.data.sessions ?? [];
  return (
    <Stack>
      <Card
        title={t.system.tabs.logins}
        padded={false}
        aside={
          may("admin") && (
            <Switch
              label={t.system.loginsAll}
              checked={isAll}
              onChange={(event) => setAll(event.currentTarget.checked)}
            />
          )
        }
      >
        <Text size="sm" c="dimmed" px="md" pb="sm">
          {isAll ? t.system.loginsAllLead : t.system.loginsLead}
        </Text>
        {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
        {read.isPending && <Loader m="md" aria-label={t.common.loading} />}
        {read.data && sessions.length === 0 && (
          <Empty icon={IconDeviceLaptop} title={t.system.loginsNone}>
            {t.system.loginsNoSession[principal.way]}
          </Empty>
        )}
        <Entries label={t.system.tabs.logins}>
          {sessions.map((session) => (
            <SessionEntry key={session.id} session={session} withName={isAll} />
          ))}
        </Entries>
      </Card>
      {principal.way === "session" && <PasswordForm />}
    </Stack>
  );
}

function SessionEntry({ session, withName }: { session: AuthSession; withName: boolean }) {
  const again = useReadAgain("/api/auth/sessions");
  const { forget } = useSession();
  const end = $api.useMutation("delete", "/api/auth/sessions/{session_id}", {
    onSuccess: async () => {
      if (session.is_current) {
        forget();
        return;
      }
      reportDone(t.system.loginEnded);
      await again();
    },
    onError: reportProblem,
  });
  const agent = session.agent === null ? null : agentOf(session.agent);
  const name = agent
    ? t.system.browser(agent.browser, agent.system)
    : (session.agent ?? t.system.loginUnknownAgent);
  return (
    <Entry
      name={withName ? `${session.account} · ${name}` : name}
      marks={
        session.is_current && (
          <Badge variant="light" size="sm" tt="none" fw={500}>
            {t.system.loginCurrent}
          </Badge>
        )
      }
      facts={[
        t.system.loginFrom(session.address),
        <span key="started">
          {t.system.loginStarted} <When at={session.started_at} />
        </span>,
        <span key="used">
          {t.system.loginUsed} <When at={session.last_used} />
        </span>,
        <span key="ends">
          {t.system.loginEnds} <When at={session.expires_at} />
        </span>,
      ]}
      actions={
        <Button
          variant="default"
          size="compact-sm"
          loading={end.isPending}
          aria-label={session.is_current ? t.shell.logOut : t.system.loginEndOf(name)}
          onClick={() => end.mutate({ params: { path: { session_id: session.id } } })}
        >
          {session.is_current ? t.shell.logOut : t.system.loginEnd}
        </Button>
      }
    />
  );
}
