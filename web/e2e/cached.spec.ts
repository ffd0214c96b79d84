import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { expect, logIn, test, watch } from "./support/test";

const rows = (page: Page): Locator => page.locator("tr[data-index]:not([aria-busy])");
const row = (page: Page, name: string | RegExp): Locator => rows(page).filter({ hasText: name });
const names = (page: Page): Promise<string[]> =>
  rows(page).evaluateAll((found) => found.map((one) => one.textContent ?? ""));
const counts = (page: Page): Locator => page.locator("[data-counts]");

test.describe("the list of cached files", () => {
  test.beforeEach(async ({ cacherr }) => {
    await cacherr.cache("Alien", "user1");
    await cacherr.cache("Heat", "user2");
    await cacherr.cache("Paddington 2", "user2");
  });

  test("is searched, filtered and sorted, and the address tells how", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/cached`);
    await expect(counts(page)).toHaveText("3 files · 12.0 MB");
    await page.keyboard.press("/");
    await page.keyboard.type("heat");
    await expect(rows(page)).toHaveCount(1);
    await expect(page).toHaveURL(/\?q=heat$/);
    await page.getByRole("button", { name: "Clear the search" }).click();
    await expect(rows(page)).toHaveCount(3);

    // The names of columns are buttons as well.
    const filter = page.getByRole("search");
    await filter.getByRole("button", { name: "User", exact: true }).click();
    await page.getByRole("menuitemradio", { name: "user2" }).click();
    await expect(rows(page)).toHaveCount(2);
    await filter.getByRole("button", { name: "Size", exact: true }).click();
    await page.getByRole("textbox", { name: "At most (GB)" }).fill("0.004");
    await page.keyboard.press("Enter");
    await expect(rows(page)).toHaveCount(1);
    await expect(filter.getByRole("button", { name: /^Size: ≤ 4\.1/ })).toBeVisible();
    await filter.getByRole("button", { name: "Do not ask for Size any more" }).click();
    await expect(rows(page)).toHaveCount(2);

    await page.goto(`${cacherr.url}/cached?sort=file_size_bytes&order=asc`);
    await expect(page.getByRole("columnheader", { name: "Size" })).toHaveAttribute("aria-sort", "ascending");
    await expect.poll(async () => (await names(page))[2]).toContain("Paddington");
    await page.getByRole("columnheader", { name: "File" }).getByRole("button").click();
    await expect(page).toHaveURL(/sort=filename&order=asc|order=asc&sort=filename/);
    await expect.poll(async () => (await names(page))[0]).toContain("Alien");
    await page.goBack();
    await expect(page.getByRole("columnheader", { name: "Size" })).toHaveAttribute("aria-sort", "ascending");
  });

  test("takes every address, however it was mistyped", async ({ page, cacherr }) => {
    await page.goto(
      `${cacherr.url}/cached?status=gone&min=-3&sort=%27%3B--&order=7&since=never&file=..%2F..`,
    );
    await expect(rows(page)).toHaveCount(3);
    await page.goto(`${cacherr.url}/cached?q=%25_%5B%7B`);
    await expect(page.getByText("No file matches", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Look for everything" }).last().click();
    await expect(rows(page)).toHaveCount(3);
  });

  test("keeps a view under a name, over a reload", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/cached?q=heat&sort=filename`);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Keep what is shown" }).click();
    await page.getByRole("textbox", { name: "Name of the view" }).fill("Only Heat");
    await page.getByRole("button", { name: "Save" }).click();
    await page.goto(`${cacherr.url}/cached`);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Only Heat", exact: true }).click();
    await expect(page).toHaveURL(/q=heat/);
    await expect(rows(page)).toHaveCount(1);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Delete Only Heat" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Views" }).click();
    await expect(page.getByRole("button", { name: "Only Heat", exact: true })).toBeVisible();
  });

  test("is exported as it is filtered, and says so where it cannot be", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/cached?user=user2`);
    await expect(rows(page)).toHaveCount(2);
    await page.keyboard.press("e");
    const dialog = page.getByRole("dialog", { name: "Export" });
    await expect(dialog.getByText("2 files: exactly what the table shows.")).toBeVisible();
    await dialog.getByRole("radio", { name: /JSON/ }).check();
    const coming = page.waitForEvent("download");
    await dialog.getByRole("link", { name: "Download" }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(/^cached_files_\d{8}_\d{6}\.json$/);
    const told = JSON.parse(await readFile(await download.path(), "utf8")) as {
      total_files: number;
      cached_files: { filename: string }[];
    };
    expect(told.total_files).toBe(2);
    expect(told.cached_files.map(({ filename }) => filename.split(" ")[0]).sort()).toEqual([
      "Heat",
      "Paddington",
    ]);

    await page.goto(`${cacherr.url}/cached?q=heat`);
    await expect(rows(page)).toHaveCount(1);
    await page.keyboard.press("e");
    await expect(dialog.getByText("3 files, more than the table shows.")).toBeVisible();
  });

  test("shows what another browser does, without being asked", async ({ page, cacherr, browser }) => {
    const other = await browser.newPage();
    const complaints = watch(other);
    await logIn(other, cacherr, "operator");
    await other.goto(`${cacherr.url}/cached`);
    await page.goto(`${cacherr.url}/cached`);
    await expect(rows(other)).toHaveCount(3);
    await cacherr.cache("Brazil");
    await expect(row(page, "Brazil")).toBeVisible();
    await expect(row(other, "Brazil")).toBeVisible();
    await expect(counts(other)).toHaveText(/^4 files/);

    await row(page, "Brazil").click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove…" }).click();
    await page.getByRole("button", { name: "Remove 1 file" }).click();
    await expect(page.getByText(/Brazil.* has gone back to its place/)).toBeVisible();
    await expect(row(other, "Brazil")).toHaveCount(0);
    expect(complaints).toEqual([]);
    await other.close();
  });

  test("says when somebody plays a file, in its row", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/cached`);
    const stop = await cacherr.stage.play("user1", "Heat");
    await expect(row(page, "Heat").getByRole("img", { name: "playing now" })).toBeVisible();
    await stop();
    await expect(row(page, "Heat").getByRole("img", { name: "playing now" })).toHaveCount(0);
  });
});

test("an empty list says so, and fills by itself", async ({ page, cacherr }) => {
  await page.goto(`${cacherr.url}/cached`);
  await expect(page.getByText("Nothing is cached yet")).toBeVisible();
  await cacherr.cache("Heat");
  await expect(row(page, "Heat")).toBeVisible();
});

test("many files are removed at once: a preview, what is watched left out, progress, the way back", async ({
  page,
  cacherr,
}) => {
  for (const title of ["Alien", "Heat", "Brazil"]) await cacherr.cache(title);
  const stop = await cacherr.stage.play("user1", "Heat");
  await page.goto(`${cacherr.url}/cached`);
  await expect(row(page, "Heat").getByRole("img", { name: "playing now" })).toBeVisible();
  await page.getByRole("checkbox", { name: /^Select all/ }).check();
  const bar = page.getByRole("region", { name: "Selection" });
  await expect(bar.getByRole("status")).toContainText(/All \d+ that match are selected/);
  // What plays brings its successors: only what was cached by hand is meant.
  await page.getByRole("search").getByRole("button", { name: "Why", exact: true }).click();
  await page.getByRole("menuitemradio", { name: "by hand" }).click();
  await expect(bar).toHaveCount(0);
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole("checkbox", { name: /^Select all/ }).check();
  await bar.getByRole("button", { name: "Remove…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Somebody is watching one of them")).toBeVisible();
  await expect(dialog.getByRole("checkbox", { name: "Leave out what is being watched" })).toBeChecked();
  await expect(dialog.getByText(/5\.0 MB of the fast disk become free/)).toBeVisible();
  await dialog.getByRole("button", { name: "Remove 2 files" }).click();
  const batch = page.getByRole("region", { name: "What is being done with many files" });
  await expect(batch.getByText("2 files have gone back.")).toBeVisible();
  await expect(row(page, "Heat")).toBeVisible();
  await batch.getByRole("button", { name: "Cache again" }).click();
  await expect(row(page, "Alien")).toBeVisible();
  await expect(row(page, "Brazil")).toBeVisible();
  await stop();
});

test("the keyboard alone does everything", async ({ page, cacherr }) => {
  for (const title of ["Alien", "Heat", "Brazil", "Stalker"]) await cacherr.cache(title);
  await page.goto(`${cacherr.url}/cached?sort=filename`);
  await expect(rows(page)).toHaveCount(4);
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  await page.keyboard.press("j");
  await expect.poll(focused).toContain("Alien");
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  await expect.poll(focused).toContain("Heat");
  await page.keyboard.press("k");
  await expect.poll(focused).toContain("Brazil");
  await page.keyboard.press("End");
  await expect.poll(focused).toContain("Stalker");

  await page.keyboard.press("Home");
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  const selected = page.locator("tr[aria-selected=true]");
  await expect(selected).toHaveCount(3);
  await page.keyboard.press("Shift+ArrowUp");
  await expect(selected).toHaveCount(2);
  await page.keyboard.press("Escape");
  await expect(selected).toHaveCount(0);

  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByRole("heading", { level: 2 })).toContainText("Brazil");
  await expect(drawer.getByRole("heading", { name: "Why it is here" })).toBeVisible();
  await expect(drawer.getByText("Read back and found equal")).toBeVisible();
  await page.keyboard.press("j");
  await expect(drawer.getByRole("heading", { level: 2 })).toContainText("Heat");
  const deep = page.url();
  await page.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);
  await expect.poll(focused).toContain("Heat");

  await page.keyboard.press("Delete");
  await expect(page.getByRole("dialog", { name: "Remove 1 file from the cache" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/Heat.* has gone back to its place/)).toBeVisible();

  await page.goto(deep);
  await expect(drawer.getByRole("heading", { level: 2 })).toContainText("Heat");
  await expect(drawer.getByRole("button", { name: "Cache again" })).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("rows have two lines, nothing is wider than the screen, and all of it can be done", async ({
    page,
    cacherr,
  }) => {
    await cacherr.cache("Alien");
    await cacherr.cache("Heat", "user1");
    await page.goto(`${cacherr.url}/cached`);
    await expect(rows(page)).toHaveCount(2);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.getByRole("button", { name: "Sort by" }).click();
    await page.getByRole("menuitemradio", { name: "File name" }).click();
    await expect.poll(async () => (await names(page))[0]).toContain("Alien");
    await page.getByRole("button", { name: "Filters" }).click();
    await page.getByRole("button", { name: "User", exact: true }).click();
    await page.getByRole("menuitemradio", { name: "user1" }).click();
    await expect(rows(page)).toHaveCount(1);
    await row(page, "Heat").getByRole("checkbox").check();
    await expect(page.getByRole("region", { name: "Selection" })).toContainText("1 file selected");
    await row(page, "Heat").click({ position: { x: 200, y: 20 } });
    await expect(page.getByRole("dialog").getByRole("heading", { level: 2 })).toContainText("Heat");
  });
});

test.describe("a viewer", () => {
  test.use({ role: "viewer" });

  test("reads everything and is offered nothing that is refused", async ({ page, cacherr }) => {
    await cacherr.cache("Heat", "user1");
    await page.goto(`${cacherr.url}/cached`);
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByRole("checkbox")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Export…" })).toHaveCount(0);
    await row(page, "Heat").click();
    const drawer = page.getByRole("dialog");
    await expect(drawer.getByRole("heading", { level: 2 })).toContainText("Heat");
    await expect(drawer.getByRole("button", { name: "Remove…" })).toHaveCount(0);
  });
});
