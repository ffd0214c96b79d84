/** How the room for copies is divided, as a bar and as numbers. */
import { Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { $api } from "@/api/client";
import { Card } from "@/components/Card";
import { ErrorNotice } from "@/components/Notice";
import { State } from "@/components/State";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { Divided } from "./Divided";
import classes from "./dashboard.module.css";
import { divide, PARTS, type Room } from "./space";

export function SpaceCard() {
  const words = t.dashboard;
  const read = $api.useQuery("get", "/api/cached/space");
  const room = read.data?.data;
  return (
    <Card title={words.space}>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {room && !room.available && (
        <State tone="loss" icon={IconAlertTriangle}>
          {words.spaceAway}
        </State>
      )}
      {room?.available && <Shown room={room} />}
    </Card>
  );
}

function Shown({ room }: { room: Room }) {
  const words = t.dashboard;
  const { parts, capacity, short } = divide(room);
  const shown = PARTS.filter((part) => part !== "reserved" || parts.reserved > 0).map((part) => ({
    name: words.spaceParts[part],
    hint: words.spacePartHints[part],
    bytes: parts[part],
    look: part,
  }));
  return (
    <>
      <div className={classes.figure}>
        {bytes(room.used)} <small>{words.spaceOf(bytes(capacity))}</small>
      </div>
      <Divided parts={shown} format={bytes} />
      {short && (
        <Text size="xs" mt="xs" component="div">
          <State tone="attention" icon={IconAlertTriangle}>
            {words.spaceShort}
          </State>
        </Text>
      )}
      {!short && room.limit !== null && room.limit < room.used && (
        <Text size="xs" c="dimmed" mt="xs">
          {words.spaceOver(bytes(room.limit))}
        </Text>
      )}
    </>
  );
}
