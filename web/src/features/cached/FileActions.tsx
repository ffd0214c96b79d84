/** What can be done with a file, and what that will do. */
import { Button, Stack, Text } from "@mantine/core";
import { IconCopyPlus, IconPin, IconPinnedOff, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { FileDetail } from "@/api/schema";
import { useSession } from "@/app/session";
import { reportDone, reportProblem } from "@/components/report";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { cacheAgain } from "./acts";

export function FileActions({
  file,
  onRemove,
  onPin,
}: {
  file: FileDetail;
  onRemove: (file: FileDetail) => void;
  onPin: (file: FileDetail) => void;
}) {
  const { may } = useSession();
  if (!may("operator")) return null;
  return (
    <Stack component="section" gap="xs" aria-label={t.cached.drawer.actions}>
      {file.status === "removed" ? (
        <CacheAgain file={file} />
      ) : (
        <>
          {file.status !== "pending_removal" && (
            <Act
              label={t.cached.removeMany}
              hint={t.cached.drawer.removeHint(bytes(file.file_size_bytes), file.playing)}
              icon={IconTrash}
              run={() => onRemove(file)}
            />
          )}
          <Act
            label={file.pinned ? t.cached.unpin : t.cached.pin}
            hint={file.pinned ? t.cached.drawer.unpinHint : t.cached.drawer.pinHint}
            icon={file.pinned ? IconPinnedOff : IconPin}
            run={() => onPin(file)}
          />
        </>
      )}
    </Stack>
  );
}

function CacheAgain({ file }: { file: FileDetail }) {
  const [asking, setAsking] = useState(false);
  const again = async () => {
    setAsking(true);
    const { asked, failed } = await cacheAgain([file.file_path]);
    setAsking(false);
    if (asked > 0) reportDone(t.cached.cachingAgain(asked));
    else reportProblem(failed[0]);
  };
  return (
    <Act
      label={t.cached.cacheAgain}
      hint={t.cached.cacheAgainHint}
      icon={IconCopyPlus}
      busy={asking}
      run={() => void again()}
    />
  );
}

function Act({
  label,
  hint,
  icon: Sign,
  busy = false,
  run,
}: {
  label: string;
  hint: string;
  icon: typeof IconPin;
  busy?: boolean;
  run: () => void;
}) {
  return (
    <div style={{ display: "flex", gap: 12, alignItems: "center" }}>
      <Button
        variant="default"
        leftSection={<Sign size={16} />}
        loading={busy}
        onClick={run}
        miw={128}
        style={{ flex: "none" }}
        justify="flex-start"
      >
        {label}
      </Button>
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
    </div>
  );
}
