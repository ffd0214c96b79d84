/** How the room for copies is divided. Pure. */

/** What `GET /api/cached/space` says, as far as it is drawn. */
export interface Room {
  volume_free: number;
  limit: number | null;
  min_free: number;
  used: number;
  pinned: number;
  wanted: number;
  unwanted: number;
  reserved: number;
}

export const PARTS = ["pinned", "wanted", "unwanted", "reserved", "free"] as const;
export type Part = (typeof PARTS)[number];

export interface Division {
  parts: Record<Part, number>;
  /** What copies may take in all: the sum of the parts. */
  capacity: number;
  /** Less is free on the volume than what shall stay free. */
  short: boolean;
}

/**
 * What copies may take is what they have and what is free beyond the share that stays free, within the limit. Where
 * the limit was lowered below what there is, nothing is free, and the parts still come to the whole.
 */
export function divide(room: Room): Division {
  const grow = Math.max(0, room.volume_free - room.min_free);
  const byVolume = room.used + grow;
  const capacity = Math.max(room.used, room.limit === null ? byVolume : Math.min(room.limit, byVolume));
  const left = capacity - room.used;
  const reserved = Math.min(room.reserved, left);
  return {
    parts: {
      pinned: room.pinned,
      wanted: room.wanted,
      unwanted: room.unwanted,
      reserved,
      free: left - reserved,
    },
    capacity,
    short: room.volume_free < room.min_free,
  };
}
