/** What is chosen, how it is to be cached, and the button. */
import { Button, Select } from "@mantine/core";
import { IconBolt } from "@tabler/icons-react";
import { useState } from "react";
import { $api } from "@/api/client";
import type { CacheMode } from "@/api/schema";
import { useShortcut } from "@/app/shortcuts";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { type Chosen, sizeOf } from "./choice";
import classes from "./list.module.css";

const MODES = ["default", "copy", "move"] as const;
/** Nobody in particular; no name is empty. */
const NOBODY = "";

export function CacheBar({
  chosen,
  isBusy,
  onClear,
  onCache,
}: {
  chosen: Chosen;
  isBusy: boolean;
  onClear: () => void;
  onCache: (mode: CacheMode | null, user: string | null) => void;
}) {
  const [mode, setMode] = useState<(typeof MODES)[number]>("default");
  const [user, setUser] = useState(NOBODY);
  const users = $api.useQuery("get", "/api/users").data?.data.users ?? [];
  const cache = () => {
    if (!isBusy) onCache(mode === "default" ? null : mode, user === NOBODY ? null : user);
  };
  useShortcut("c", t.add.cacheNow, "here", cache);
  return (
    <section className={classes.bar} aria-label={t.add.chosenBar}>
      <span className={classes.chosen} role="status">
        {t.add.chosen(chosen.size, bytes(sizeOf(chosen)))}
      </span>
      <Select
        label={t.add.mode}
        value={mode}
        data={MODES.map((value) => ({ value, label: t.add.modes[value] }))}
        onChange={(value) => setMode(MODES.find((one) => one === value) ?? "default")}
      />
      {users.length > 0 && (
        <Select
          label={t.add.whom}
          value={user}
          data={[
            { value: NOBODY, label: t.add.nobody },
            ...users.map((one) => ({ value: one.user_id, label: one.title })),
          ]}
          onChange={(value) => setUser(value ?? NOBODY)}
        />
      )}
      <Button variant="default" onClick={onClear}>
        {t.add.clear}
      </Button>
      <Button loading={isBusy} onClick={cache} leftSection={<IconBolt size={16} />}>
        {t.add.cacheNow}
      </Button>
    </section>
  );
}
