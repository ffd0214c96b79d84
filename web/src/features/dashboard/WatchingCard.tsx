/** Who watches what, and whether the fast disk serves it. */
import { Text } from "@mantine/core";
import { IconBolt, IconDatabase } from "@tabler/icons-react";
import { $api } from "@/api/client";
import { Card } from "@/components/Card";
import { ErrorNotice } from "@/components/Notice";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { t } from "@/strings";
import classes from "./dashboard.module.css";
import { Teach } from "./Teach";

export function WatchingCard() {
  const words = t.dashboard;
  const read = $api.useQuery("get", "/api/sessions");
  const sessions = read.data?.data.sessions ?? [];
  return (
    <Card title={words.watching} padded={false}>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.data && sessions.length === 0 && (
        <Teach title={words.watchingNobody}>{words.watchingNobodyHint}</Teach>
      )}
      <ul className={classes.list}>
        {sessions.map((session) => (
          <li key={session.id}>
            <div className={classes.grow}>
              <div className={classes.title} title={session.file_path}>
                {session.title}
              </div>
              <Text span className={classes.small ?? ""}>
                {session.user_id ?? t.common.somebody} · {words.began} <When at={session.started_at} />
              </Text>
            </div>
            <State
              tone={session.hit ? "served" : "quiet"}
              icon={session.hit ? IconBolt : IconDatabase}
              hint={session.hit ? words.fromCacheHint : words.fromLibraryHint}
            >
              {session.hit ? words.fromCache : words.fromLibrary}
            </State>
          </li>
        ))}
      </ul>
    </Card>
  );
}
