/** How much of what was played came from the fast disk. */
import { Text } from "@mantine/core";
import { $api } from "@/api/client";
import { Card } from "@/components/Card";
import { ErrorNotice } from "@/components/Notice";
import { bytes, percent } from "@/lib/format";
import { t } from "@/strings";
import classes from "./dashboard.module.css";

export function ServedCard() {
  const words = t.dashboard;
  const read = $api.useQuery("get", "/api/cached/statistics");
  const known = read.data?.data;
  return (
    <Card title={words.served}>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {known && (
        <>
          <div className={classes.figure}>
            {percent(known.cache_hit_ratio)} <small>{words.servedRatio}</small>
          </div>
          <Text size="sm" c="dimmed" mt="xs">
            {words.servedNow(known.active_files, bytes(known.total_size_bytes))}
          </Text>
        </>
      )}
    </Card>
  );
}
