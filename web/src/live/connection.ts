/**
 * The line of events: one WebSocket, kept open for as long as somebody is logged in.
 *
 * It reconnects by itself, asks for what it missed by the number of the last event, and pings, because a socket
 * that died without a word looks like a quiet house.
 *
 * Invariant: it decides nothing. What an event means is the business of `effects.ts`.
 */
import type { components } from "@/api/schema";
import { socketUrl } from "@/lib/base";

type Schemas = components["schemas"];

interface Tells<Type extends string, Frame extends { data: unknown; seq?: number; timestamp: string }> {
  type: Type;
  data: Frame["data"];
  timestamp: string;
  seq?: number;
}

/** What happened; batches are unpacked, and answers to our pings are nobody else's business. */
export type LiveEvent =
  | Tells<"cache_file_added", Schemas["FileAddedFrame"]>
  | Tells<"cache_file_removed", Schemas["FileRemovedFrame"]>
  | Tells<"cache_statistics_updated", Schemas["StatisticsFrame"]>
  | Tells<"job_progress", Schemas["JobProgressFrame"]>
  | Tells<"job_finished", Schemas["JobFinishedFrame"]>
  | Tells<"session_started", Schemas["SessionStartedFrame"]>
  | Tells<"session_ended", Schemas["SessionEndedFrame"]>
  | Tells<"plan_paused", Schemas["PausedFrame"]>
  | Tells<"mover_runs", Schemas["MoverRunsFrame"]>;

type Frame =
  | LiveEvent
  | { type: "pong" }
  | { type: "resync"; seq?: number }
  | { type: "batch"; events: Frame[] };

export type LineState =
  /** Never connected so far. */
  | { kind: "connecting" }
  | { kind: "open"; since: number }
  /** What is shown is as old as `since`. */
  | { kind: "lost"; since: number; attempt: number; nextTry: number };

interface Hears {
  event(event: LiveEvent): void;
  /** Something may have been missed: read again. */
  resync(): void;
  state(state: LineState): void;
  /** Whoever listens may do so no more. */
  refused(): void;
}

const PING_EVERY = 15_000;
const PONG_WITHIN = 10_000;
const FIRST_RETRY = 500;
const LONGEST_RETRY = 15_000;
/** Log-in, role or key has ended: asking again with the same would be refused again. */
const POLICY = 1008;

export function retryDelay(attempt: number, random = Math.random()): number {
  const longest = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** attempt);
  return longest / 2 + (random * longest) / 2;
}

export class Connection {
  #socket: WebSocket | null = null;
  #seq: number | null = null;
  #attempt = 0;
  #lostSince = 0;
  #wasOpen = false;
  #closed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pinger: ReturnType<typeof setInterval> | undefined;
  #pong: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly hears: Hears,
    private readonly open: (url: string) => WebSocket = (url) => new WebSocket(url),
  ) {
    window.addEventListener("online", this.tryNow);
    this.#connect();
  }

  /** At once, without waiting for the next attempt. */
  readonly tryNow = (): void => {
    if (this.#closed || this.#socket) return;
    clearTimeout(this.#retry);
    this.#connect();
  };

  close(): void {
    this.#closed = true;
    window.removeEventListener("online", this.tryNow);
    clearTimeout(this.#retry);
    this.#quiet();
    this.#socket?.close(1000);
    this.#socket = null;
  }

  #connect(): void {
    const socket = this.open(socketUrl(this.#seq));
    this.#socket = socket;
    socket.onopen = () => {
      const again = this.#wasOpen;
      this.#wasOpen = true;
      this.#attempt = 0;
      this.hears.state({ kind: "open", since: Date.now() });
      // The first read of a page and its first event may have something between them; a replay has not.
      if (again && this.#seq === null) this.hears.resync();
      this.#pinger = setInterval(() => this.#ping(), PING_EVERY);
    };
    socket.onmessage = (message) => this.#read(message.data);
    socket.onclose = (event) => this.#lose(socket, event.code);
  }

  #read(data: unknown): void {
    if (typeof data !== "string") return;
    let frame: Frame;
    try {
      frame = JSON.parse(data) as Frame;
    } catch {
      // Not one of ours: something between us and the server speaks.
      this.#socket?.close(4000);
      return;
    }
    this.#tell(frame);
  }

  #tell(frame: Frame): void {
    if (frame.type === "batch") {
      for (const event of frame.events) this.#tell(event);
      return;
    }
    if (frame.type === "pong") {
      clearTimeout(this.#pong);
      this.#pong = undefined;
      return;
    }
    if (frame.seq !== undefined) this.#seq = frame.seq;
    if (frame.type === "resync") this.hears.resync();
    else this.hears.event(frame);
  }

  #ping(): void {
    if (this.#pong !== undefined) return;
    this.#socket?.send('{"type":"ping"}');
    this.#pong = setTimeout(() => {
      const socket = this.#socket;
      if (!socket) return;
      // It does not answer a close either: do not wait for it.
      socket.close(4001);
      this.#lose(socket, 4001);
    }, PONG_WITHIN);
  }

  #quiet(): void {
    clearInterval(this.#pinger);
    clearTimeout(this.#pong);
    this.#pong = undefined;
  }

  #lose(socket: WebSocket, code: number): void {
    if (this.#closed || this.#socket !== socket) return;
    this.#socket = null;
    this.#quiet();
    if (code === POLICY) {
      this.hears.refused();
    }
    if (this.#attempt === 0) this.#lostSince = Date.now();
    const delay = retryDelay(this.#attempt);
    this.#attempt += 1;
    this.hears.state({
      kind: "lost",
      since: this.#lostSince,
      attempt: this.#attempt,
      nextTry: Date.now() + delay,
    });
    this.#retry = setTimeout(this.tryNow, delay);
  }
}
