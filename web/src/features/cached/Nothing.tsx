/** Where the table has no rows: why, and what comes next. */
import { Anchor, Button } from "@mantine/core";
import { IconBolt, IconSearchOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useSession } from "@/app/session";
import { Empty } from "@/components/Empty";
import { useLiveEvent, useResync } from "@/live/live";
import { t } from "@/strings";

export function Nothing({
  asked,
  onAskAll,
  onNews,
}: {
  asked: boolean;
  onAskAll: () => void;
  /** Something came that may match. */
  onNews: () => void;
}) {
  const { may } = useSession();
  useLiveEvent((event) => {
    const moves = event.type === "cache_file_added" || event.type === "cache_file_removed";
    if (moves || event.type === "job_finished") onNews();
  });
  useResync(onNews);
  if (asked) {
    return (
      <Empty icon={IconSearchOff} title={t.cached.noMatch}>
        {t.cached.noMatchHint}
        <div>
          <Button mt="sm" variant="default" onClick={onAskAll}>
            {t.cached.clearFilters}
          </Button>
        </div>
      </Empty>
    );
  }
  return (
    <Empty icon={IconBolt} title={t.cached.empty}>
      {t.cached.emptyHint}{" "}
      {may("operator") && (
        <Anchor component={Link} to="/add">
          {t.cached.emptyAction}
        </Anchor>
      )}
    </Empty>
  );
}
