/** Where the table has no rows: why, and what comes next. */
import { Anchor, Button } from "@mantine/core";
import { IconBolt, IconSearchOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useSession } from "@/app/session";
import { Empty } from "@/components/Empty";
import { t } from "@/strings";

export function Nothing({ asked, onAskAll }: { asked: boolean; onAskAll: () => void }) {
  const { may } = useSession();
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
