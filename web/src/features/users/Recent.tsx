/** The newest files that somebody came to want. */
import { Text } from "@mantine/core";
import type { User } from "@/api/schema";
import { Card } from "@/components/Card";
import { Entries, Entry } from "@/components/Entries";
import { When } from "@/components/When";
import { t } from "@/strings";
import { useStatistics } from "./Statistics";

export function Recent({ user }: { user: User }) {
  const files = useStatistics(user).data?.data.recent_files;
  if (!files) return null;
  return (
    <Card title={t.users.recent} padded={files.length === 0}>
      {files.length === 0 && (
        <Text size="sm" c="dimmed">
          {t.users.recentNone}
        </Text>
      )}
      <Entries label={t.users.recent}>
        {files.map((file) => (
          <Entry
            key={`${file.cached_at} ${file.filename}`}
            name={file.filename}
            facts={[
              t.common.operation[file.operation],
              file.file_size_readable,
              <When key="when" at={file.cached_at} />,
            ]}
          />
        ))}
      </Entries>
    </Card>
  );
}
