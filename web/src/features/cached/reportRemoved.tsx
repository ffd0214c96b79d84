/** A file has gone back: said at the edge of the window, with the way there and back again. */
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck } from "@tabler/icons-react";
import type { FileRemoved } from "@/api/schema";
import { reportDone, reportProblem } from "@/components/report";
import { t } from "@/strings";
import { cacheAgain } from "./acts";
import type { Chosen } from "./selection";

export function reportRemoved(file: Chosen, came: FileRemoved): void {
  if (came.status !== "removed") {
    reportDone(t.cached.remove.underWay(file.filename));
    return;
  }
  const again = async () => {
    notifications.hide(id);
    const { asked, failed } = await cacheAgain([file.file_path]);
    if (asked > 0) reportDone(t.cached.cachingAgain(asked));
    else reportProblem(failed[0]);
  };
  const id = notifications.show({
    color: "teal",
    icon: <IconCheck size={18} />,
    autoClose: 12_000,
    role: "status",
    message: (
      <Group justify="space-between" wrap="nowrap">
        <span style={{ overflowWrap: "anywhere" }}>{t.cached.remove.done(file.filename)}</span>
        <Button size="compact-sm" variant="subtle" style={{ flex: "none" }} onClick={() => void again()}>
          {t.cached.cacheAgain}
        </Button>
      </Group>
    ),
  });
}
