/** What is wished for and is none of our files. */
import { Text } from "@mantine/core";
import type { PlanUnresolved } from "@/api/schema";
import { useSession } from "@/app/session";
import { PageLink } from "@/components/PageLink";
import { PathText } from "@/components/PathText";
import { t } from "@/strings";
import classes from "./plan.module.css";

export function Unresolved({ entries }: { entries: readonly PlanUnresolved[] }) {
  const { may } = useSession();
  return (
    <ul className={`card ${classes.steps}`} aria-label={t.plan.unresolved}>
      {entries.map((entry) => (
        <li key={entry.server_path}>
          <PathText path={entry.server_path} />
          <Text size="sm" c="dimmed">
            {entry.message}
            {entry.code === "no_library" && may("operator") && (
              <>
                {" "}
                <PageLink to="/sources" size="sm" underline="always">
                  {t.sources.title}
                </PageLink>
              </>
            )}
          </Text>
          {entry.file_path && entry.file_path !== entry.server_path && <PathText path={entry.file_path} />}
        </li>
      ))}
    </ul>
  );
}
