import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KEPT, PAGE, Pages, REST, type Slice } from "./pages";
import { fileNamed } from "./sample";

/** A server whose list can be changed; answers come when `answer` is called, or at once. */
class Server {
  rows: string[];
  asked: { offset: number; limit: number; signal: AbortSignal }[] = [];
  waiting: (() => void)[] = [];
  slow = false;
  broken: Error | null = null;

  constructor(count: number) {
    this.rows = Array.from({ length: count }, (_, at) => `row ${at}`);
  }

  read = async (offset: number, limit: number, signal: AbortSignal): Promise<Slice> => {
    this.asked.push({ offset, limit, signal });
    if (this.slow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    signal.throwIfAborted();
    if (this.broken) throw this.broken;
    return {
      files: this.rows.slice(offset, offset + limit).map((name) => fileNamed(name)),
      total: this.rows.length,
    };
  };
}

const settle = () => vi.advanceTimersByTimeAsync(REST + 10);
const name = (pages: Pages, index: number) => pages.at(index)?.filename;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("pages", () => {
  it("reads the window and what is around it in one request", async () => {
    const server = new Server(1_000_000);
    const pages = new Pages(server.read);
    pages.want(0, 24);
    await settle();
    expect(server.asked).toHaveLength(1);
    expect(pages.total).toBe(1_000_000);
    expect(name(pages, 24)).toBe("row 24");
  });

  it("asks for nothing on the way of a long leap, and for what it ends at once", async () => {
    const server = new Server(1_000_000);
    const pages = new Pages(server.read);
    pages.want(0, 24);
    await settle();
    for (let at = 1; at <= 200; at += 1) pages.want(at * 4_000, at * 4_000 + 24);
    await settle();
    expect(server.asked).toHaveLength(2);
    expect(name(pages, 800_010)).toBe("row 800010");
  });

  it("reads on at once where the reader comes from next door", async () => {
    const server = new Server(10_000);
    const pages = new Pages(server.read);
    pages.want(0, 24);
    await settle();
    pages.want(80, 104);
    expect(server.asked).toHaveLength(2);
  });

  it("never asks twice for a page that is on its way", async () => {
    const server = new Server(10_000);
    server.slow = true;
    const pages = new Pages(server.read);
    pages.want(0, 24);
    pages.want(1, 25);
    pages.want(2, 26);
    await settle();
    expect(server.asked).toHaveLength(1);
  });

  it("cancels what left the window before it came", async () => {
    const server = new Server(1_000_000);
    const pages = new Pages(server.read);
    pages.want(0, 24);
    await settle();
    server.slow = true;
    pages.want(500_000, 500_024);
    await settle();
    pages.want(10, 30);
    await settle();
    expect(server.asked[1]?.signal.aborted).toBe(true);
    expect(pages.error).toBeNull();
  });

  it("holds a bounded number of rows however far one scrolls", async () => {
    const server = new Server(100_000);
    const pages = new Pages(server.read);
    for (let at = 0; at < 60_000; at += 60) {
      pages.want(at, at + 40);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(pages.size).toBeLessThanOrEqual(KEPT * PAGE);
    expect(name(pages, 59_960)).toBe("row 59960");
  });

  it("changes a row in place", async () => {
    const pages = new Pages(new Server(500).read);
    pages.want(0, 24);
    await settle();
    pages.patch("row 7", (file) => ({ ...file, playing: true }));
    expect(pages.at(7)?.playing).toBe(true);
    expect(pages.at(8)?.playing).toBe(false);
  });

  it("leaves what is shown where it is when rows come in above, and tells the shift when it reads on", async () => {
    const server = new Server(10_000);
    const pages = new Pages(server.read);
    pages.want(1_000, 1_024);
    await settle();
    server.rows.unshift("new 1", "new 2", "new 3");
    pages.moved();
    expect(name(pages, 1_010)).toBe("row 1010");
    pages.want(1_130, 1_160);
    await settle();
    const shift = pages.takeShift();
    expect(shift).toBe(3);
    expect(name(pages, 1_130 + shift)).toBe("row 1130");
    expect(pages.total).toBe(10_003);
    expect(pages.takeShift()).toBe(0);
  });

  it("keeps the first row of the window that is still there after a gap", async () => {
    const server = new Server(10_000);
    const pages = new Pages(server.read);
    pages.want(2_000, 2_024);
    await settle();
    server.rows.splice(2_000, 2);
    server.rows.splice(0, 40);
    pages.refresh(true);
    await settle();
    expect(pages.takeShift()).toBe(-42);
    expect(name(pages, 1_960)).toBe("row 2002");
  });

  it("shows what is new when it is read again without holding on", async () => {
    const server = new Server(10_000);
    const pages = new Pages(server.read);
    pages.want(0, 24);
    await settle();
    server.rows.unshift("new");
    pages.refresh(false);
    await settle();
    expect(pages.takeShift()).toBe(0);
    expect(name(pages, 0)).toBe("new");
  });

  it("notices from the number of rows that something changed unheard", async () => {
    const server = new Server(10_000);
    const pages = new Pages(server.read);
    pages.want(0, 24);
    await settle();
    server.rows.unshift("unheard");
    pages.want(80, 104);
    await settle();
    expect(pages.takeShift()).toBe(1);
    expect(name(pages, 81)).toBe("row 80");
  });

  it("says why nothing comes, asks no further by itself, and tries again when told", async () => {
    const server = new Server(300);
    server.broken = new Error("away");
    const pages = new Pages(server.read);
    pages.want(0, 24);
    await settle();
    expect(pages.error).toBe(server.broken);
    server.broken = null;
    pages.want(1, 25);
    await settle();
    expect(server.asked).toHaveLength(1);
    pages.retry();
    await settle();
    expect(pages.error).toBeNull();
    expect(name(pages, 3)).toBe("row 3");
  });

  it("knows an empty list from one that is not read yet", async () => {
    const pages = new Pages(new Server(0).read);
    expect(pages.total).toBeNull();
    pages.want(0, 24);
    await settle();
    expect(pages.total).toBe(0);
    expect(pages.busy).toBe(false);
  });

  it("gives a stretch from what it holds and reads only the rest", async () => {
    const server = new Server(2_000);
    const pages = new Pages(server.read);
    pages.want(0, 24);
    await settle();
    const rows = await pages.stretch(90, 290, new AbortController().signal);
    expect(rows.map((file) => file.filename)).toEqual(server.rows.slice(90, 291));
    expect(server.asked).toHaveLength(2);
  });
});
