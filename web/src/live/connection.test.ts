import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, type LineState, type LiveEvent, retryDelay } from "./connection";

/** A socket that a test moves by hand. */
class Wire {
  static all: Wire[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: string[] = [];
  closed: number | null = null;

  constructor(readonly url: string) {
    Wire.all.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(code: number): void {
    this.closed = code;
  }
  say(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
  break(code = 1006): void {
    this.onclose?.({ code });
  }
}

function last(): Wire {
  const wire = Wire.all.at(-1);
  if (!wire) throw new Error("nobody connected");
  return wire;
}

let heard: { events: LiveEvent[]; resyncs: number; states: LineState[]; refusals: number };
let line: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  Wire.all = [];
  heard = { events: [], resyncs: 0, states: [], refusals: 0 };
  line = new Connection(
    {
      event: (event) => heard.events.push(event),
      resync: () => {
        heard.resyncs += 1;
      },
      state: (state) => heard.states.push(state),
      refused: () => {
        heard.refusals += 1;
      },
    },
    (url) => new Wire(url) as unknown as WebSocket,
  );
});

afterEach(() => {
  line.close();
  vi.useRealTimers();
});

const progress = (seq: number) => ({ type: "job_progress", data: { job_id: "a" }, timestamp: "", seq });

describe("the line of events", () => {
  it("asks, after a break, for what came since the last event that it heard", () => {
    last().onopen?.();
    last().say({ type: "batch", events: [progress(7), progress(8)] });
    expect(heard.events.map((event) => event.seq)).toEqual([7, 8]);
    last().break();
    expect(heard.states.at(-1)?.kind).toBe("lost");
    vi.advanceTimersByTime(20_000);
    expect(Wire.all).toHaveLength(2);
    expect(new URL(last().url).searchParams.get("since")).toBe("8");
    last().onopen?.();
    expect(heard.resyncs).toBe(0);
    expect(heard.states.at(-1)?.kind).toBe("open");
  });

  it("reads everything again when it was away and does not know since when", () => {
    last().onopen?.();
    last().break();
    vi.advanceTimersByTime(20_000);
    last().onopen?.();
    expect(heard.resyncs).toBe(1);
  });

  it("reads everything again when the server says so", () => {
    last().onopen?.();
    last().say({ type: "resync", data: {}, timestamp: "", seq: 40 });
    expect(heard.resyncs).toBe(1);
    last().break();
    vi.advanceTimersByTime(20_000);
    expect(new URL(last().url).searchParams.get("since")).toBe("40");
  });

  it("notices a socket that died without a word", () => {
    const first = last();
    first.onopen?.();
    vi.advanceTimersByTime(15_000);
    expect(first.sent).toEqual(['{"type":"ping"}']);
    first.say({ type: "pong" });
    vi.advanceTimersByTime(15_000);
    expect(first.closed).toBeNull();
    vi.advanceTimersByTime(10_000);
    expect(first.closed).toBe(4001);
    expect(heard.states.at(-1)?.kind).toBe("lost");
    // Its late goodbye is not a second loss.
    first.break();
    vi.advanceTimersByTime(1_000);
    expect(Wire.all).toHaveLength(2);
  });

  it("keeps the time at which the data began to age, however often it tries", () => {
    last().onopen?.();
    last().break();
    const lost = heard.states.at(-1);
    vi.advanceTimersByTime(1_000);
    last().break();
    const again = heard.states.at(-1);
    expect(
      lost?.kind === "lost" && again?.kind === "lost" && again.since === lost.since && again.attempt,
    ).toBe(2);
  });

  it("says that whoever listens may do so no more", () => {
    last().onopen?.();
    last().break(1008);
    expect(heard.refusals).toBe(1);
  });

  it("leaves what is not one of ours", () => {
    last().onopen?.();
    last().say("<html>");
    expect(last().closed).toBe(4000);
    expect(heard.events).toEqual([]);
  });
});

it("waits longer from attempt to attempt, but never for long", () => {
  expect(retryDelay(0, 0)).toBe(250);
  expect(retryDelay(0, 1)).toBe(500);
  expect(retryDelay(3, 1)).toBe(4_000);
  expect(retryDelay(30, 1)).toBe(15_000);
});
