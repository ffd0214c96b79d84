import { describe, expect, it } from "vitest";
import { divide, type Room } from "./space";

const room: Room = {
  volume_free: 600,
  limit: 500,
  min_free: 50,
  used: 400,
  pinned: 100,
  wanted: 200,
  unwanted: 100,
  reserved: 30,
};

const sum = (parts: Record<string, number>) => Object.values(parts).reduce((all, one) => all + one, 0);

describe("divide", () => {
  it("ends at the limit where the disk has more", () => {
    expect(divide(room)).toEqual({
      parts: { pinned: 100, wanted: 200, unwanted: 100, reserved: 30, free: 70 },
      capacity: 500,
      short: false,
    });
  });

  it("ends at what stays free where there is no limit, or a far one", () => {
    expect(divide({ ...room, limit: null }).capacity).toBe(950);
    expect(divide({ ...room, limit: 5_000 }).capacity).toBe(950);
  });

  it("shows no room, and no less than there is, where the limit was lowered", () => {
    const { parts, capacity } = divide({ ...room, limit: 300 });
    expect(capacity).toBe(400);
    expect(parts.free).toBe(0);
  });

  it("says when the disk is fuller than it may be", () => {
    const { parts, short } = divide({ ...room, volume_free: 20 });
    expect(short).toBe(true);
    expect(parts.free).toBe(0);
  });

  it("always adds up to the whole", () => {
    for (const reserved of [0, 30, 10_000]) {
      const { parts, capacity } = divide({ ...room, reserved });
      expect(sum(parts)).toBe(capacity);
    }
  });
});
