/** How the room for copies is divided, as a bar and as numbers. */
import { $api } from "@/api/client";
import { Card } from "@/components/Card";
import { ErrorNotice } from "@/components/Notice";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { Divided } from "./Divided";
import classes from "./dashboard.module.css";

export function SpaceCard() {
  const words = t.dashboard;
  const read = $api.useQuery("get", "/api/plan", { params: { query: { limit: 1 } } });
  const room = read.data?.data.room;
  return (
    <Card title={words.space}>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {room && (
        <>
          <div className={classes.figure}>
            {bytes(room.used_bytes)}{" "}
            <small>{words.spaceOf(bytes(Math.max(room.used_bytes, room.capacity_bytes)))}</small>
          </div>
          <Divided
            format={bytes}
            parts={[
              {
                name: words.spaceParts.copies,
                hint: words.spacePartHints.copies,
                bytes: room.used_bytes,
                look: "wanted",
              },
              {
                name: words.spaceParts.reserved,
                hint: words.spacePartHints.reserved,
                bytes: room.pending_bytes,
                look: "reserved",
              },
              {
                name: words.spaceParts.free,
                hint: words.spacePartHints.free,
                bytes: room.left_bytes,
                look: "free",
              },
            ]}
          />
        </>
      )}
    </Card>
  );
}
