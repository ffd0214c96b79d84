/** Which columns are shown, in which order, how wide; and how dense the rows are. */
import { ActionIcon, Button, Checkbox, Group, Popover, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconColumns3, IconMinus, IconPlus } from "@tabler/icons-react";
import { t } from "@/strings";
import { FACTS } from "./columns";
import type { Density, Layout } from "./useLayout";

const STEP = 24;

export function ColumnsMenu({ layout }: { layout: Layout }) {
  const { order } = layout;
  const width = (id: (typeof order)[number]) => layout.table.getColumn(id)?.getSize() ?? FACTS[id].size;
  return (
    <Popover position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} />}>
          {t.cached.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.cached.columns}>
        <Stack gap="sm" w={330}>
          <div>
            <Text size="sm" fw={600} mb={4} id="cached-density">
              {t.cached.density}
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby="cached-density"
              value={layout.density}
              onChange={(value) => layout.setDensity(value as Density)}
              data={(["compact", "comfortable"] as const).map((value) => ({
                value,
                label: t.cached.densities[value],
              }))}
            />
          </div>
          <div>
            <Text size="sm" fw={600} mb={4}>
              {t.cached.columnsShown}
            </Text>
            <Stack gap={2} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
              {order.map((id, at) => {
                const name = t.cached.column[id];
                const set = (by: number) => layout.setWidth(id, Math.max(FACTS[id].min, width(id) + by));
                return (
                  <Group key={id} component="li" justify="space-between" wrap="nowrap" gap="xs">
                    <Checkbox
                      label={name}
                      checked={layout.isVisible(id)}
                      // Without its name a row is nothing.
                      disabled={id === "filename"}
                      onChange={(event) => layout.setVisible(id, event.currentTarget.checked)}
                    />
                    <Group gap={0} wrap="nowrap">
                      <Act label={t.cached.columnNarrower(name)} icon={IconMinus} run={() => set(-STEP)} />
                      <Act label={t.cached.columnWider(name)} icon={IconPlus} run={() => set(STEP)} />
                      <Act
                        label={t.cached.columnEarlier(name)}
                        icon={IconArrowUp}
                        off={at === 0}
                        run={() => layout.move(id, -1)}
                      />
                      <Act
                        label={t.cached.columnLater(name)}
                        icon={IconArrowDown}
                        off={at === order.length - 1}
                        run={() => layout.move(id, 1)}
                      />
                    </Group>
                  </Group>
                );
              })}
            </Stack>
          </div>
          <Button variant="subtle" onClick={layout.reset}>
            {t.cached.columnsReset}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Act({
  label,
  icon: Sign,
  off = false,
  run,
}: {
  label: string;
  icon: typeof IconPlus;
  off?: boolean;
  run: () => void;
}) {
  return (
    <ActionIcon size={28} aria-label={label} title={label} disabled={off} onClick={run}>
      <Sign size={15} />
    </ActionIcon>
  );
}
