/**
 * The page Cached before as many files as there are, in figures: `scripts/bench web`.
 *
 * It judges what must hold whatever the machine (rows in the document, no blank window, requests); times and
 * memory it reports.
 */
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CDPSession, expect, type Page, test } from "@playwright/test";

const URL = process.env.MEASURE_URL ?? "";
const MOVIES = process.env.MEASURE_MOVIES ?? "";
const SECONDS = Number(process.env.MEASURE_SECONDS ?? "600");

/** Files that come and go, one after the other. */
const FILES = 40;
/** More rows than this are more than a window can show. */
const MOST_ROWS = 120;
const HOUR = 3_600_000;

const figures: [string, string][] = [];
const report = (name: string, value: string) => figures.push([name, value]);

test.afterAll(() => {
  const width = Math.max(...figures.map(([name]) => name.length));
  process.stdout.write(`\n${figures.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n")}\n`);
});

/** Notes, within the page, when the first row with words in it was painted, and how long each frame took. */
function instrument(): void {
  const notes = { firstRow: 0, frames: [] as number[], rows: 0 };
  Object.assign(window, { notes });
  const seen = new MutationObserver(() => {
    if (notes.firstRow === 0 && document.querySelector("tr[data-index]:not([aria-busy])")) {
      requestAnimationFrame(() => {
        notes.firstRow = performance.now();
      });
    }
    notes.rows = Math.max(notes.rows, document.querySelectorAll("tr[data-index]").length);
  });
  seen.observe(document, { childList: true, subtree: true });
  let last = performance.now();
  const frame = (now: number) => {
    notes.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

interface Notes {
  firstRow: number;
  frames: number[];
  rows: number;
}

const notesOf = (page: Page) => page.evaluate(() => (window as unknown as { notes: Notes }).notes);
const forgetFrames = (page: Page) =>
  page.evaluate(() => {
    (window as unknown as { notes: Notes }).notes.frames = [];
  });

function spread(frames: number[]): string {
  const sorted = [...frames].sort((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `median ${at(0.5)} ms, 95 % ${at(0.95)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms, of ${sorted.length}`;
}

/** Rows of the window that have no words yet. */
const blanks = (page: Page) =>
  page.evaluate(() => {
    const window = document.querySelector("[data-scroller]")?.getBoundingClientRect();
    if (!window) return -1;
    const rows = [...document.querySelectorAll("tr[data-index]")].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > window.top && top < window.bottom;
    });
    return rows.length === 0 ? -1 : rows.filter((row) => row.hasAttribute("aria-busy")).length;
  });

async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  const { metrics } = await cdp.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0) / 2 ** 20;
}

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; data: unknown }> {
  const response = await fetch(`${URL}${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { data } = (await response.json()) as { data?: unknown };
  return { status: response.status, data };
}

test("the page Cached before all files", async ({ page }) => {
  test.setTimeout((SECONDS + 300) * 1000);
  await page.addInitScript(instrument);
  let requests = 0;
  page.on("request", (request) => {
    if (request.url().includes("/api/cached/files")) requests += 1;
  });

  const firsts: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await page.goto(`${URL}/cached`);
    await expect(page.locator("tr[data-index]:not([aria-busy])").first()).toBeVisible();
    await expect.poll(async () => (await notesOf(page)).firstRow).toBeGreaterThan(0);
    firsts.push((await notesOf(page)).firstRow);
  }
  const cold = firsts[0] ?? 0;
  const warm = [...firsts.slice(1)].sort((one, other) => one - other)[1] ?? 0;
  report(
    "first rows",
    `${cold.toFixed(0)} ms with an empty browser cache, then median ${warm.toFixed(0)} ms`,
  );

  const scroller = page.locator("[data-scroller]");
  await scroller.hover();
  await forgetFrames(page);
  requests = 0;
  for (let turn = 0; turn < 200; turn += 1) await page.mouse.wheel(0, 240);
  await expect.poll(() => blanks(page)).toBe(0);
  report("frames by the wheel", spread((await notesOf(page)).frames));
  report("requests for 200 turns of the wheel", String(requests));

  await forgetFrames(page);
  requests = 0;
  const leaps = 40;
  let slowest = 0;
  for (let leap = 0; leap < leaps; leap += 1) {
    const share = ((leap * 0.618) % 1) * 0.98 + 0.01;
    await scroller.evaluate((element, to) => {
      element.scrollTop = to * element.scrollHeight;
    }, share);
    const from = Date.now();
    await expect.poll(() => blanks(page), { intervals: [20] }).toBe(0);
    slowest = Math.max(slowest, Date.now() - from);
  }
  report("frames by leaps of the bar", spread((await notesOf(page)).frames));
  report(`requests for ${leaps} leaps`, String(requests));
  report("window full after a leap", `at the latest ${slowest} ms`);
  expect(requests).toBeLessThanOrEqual(leaps * 3);

  await scroller.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await expect.poll(() => blanks(page)).toBe(0);
  const { rows } = await notesOf(page);
  report("rows in the document", `at most ${rows}`);
  expect(rows).toBeLessThan(MOST_ROWS);

  await page.goto(`${URL}/cached`);
  await expect(page.locator("tr[data-index]:not([aria-busy])").first()).toBeVisible();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  const films = await makeFilms();
  await forgetFrames(page);
  const before = await heap(cdp);
  const until = Date.now() + SECONDS * 1000;
  let events = 0;
  for (let turn = 0; Date.now() < until; turn += 1) {
    const film = films[turn % films.length] ?? "";
    const { data } = await ask("POST", "/api/cached/files", { file_path: film, user_id: "user1" });
    const id = (data as { file_id?: string } | undefined)?.file_id;
    await page.waitForTimeout(100);
    if (id) await ask("DELETE", `/api/cached/files/${id}?reason=measured`);
    events += 2;
  }
  const after = await heap(cdp);
  report(`frames while files come and go, ${SECONDS} s`, spread((await notesOf(page)).frames));
  report("files that came or went", String(events));
  report("memory of the page", `${before.toFixed(1)} MiB before, ${after.toFixed(1)} MiB after`);
  const end = await blanks(page);
  expect(end).toBe(0);
});

/** Small, and nobody has touched them for a while. */
async function makeFilms(): Promise<string[]> {
  const folder = join(MOVIES, "Measured");
  await mkdir(folder, { recursive: true });
  const films = Array.from({ length: FILES }, (_, number) => join(folder, `Film ${number}.mkv`));
  for (const film of films) {
    await writeFile(film, film);
    const old = new Date(Date.now() - HOUR);
    await utimes(film, old, old);
  }
  return films;
}
