import { chmod } from "node:fs/promises";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { Instance } from "./support/instance";
import { expect, test } from "./support/test";

test.use({ choice: { start: "empty" } });

async function makeFirstAccount(page: Page, cacherr: Instance): Promise<void> {
  await page.goto(cacherr.url);
  await page.getByLabel("Setup token").fill(await cacherr.setupToken());
  await page.getByLabel("Name").fill("user1");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery staple");
  await page.getByRole("button", { name: "Make the account" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Where is Plex?" })).toBeVisible();
}

async function signIn(page: Page, cacherr: Instance): Promise<void> {
  await page.context().route("https://app.plex.tv/**", (route) => route.fulfill({ body: "" }));
  await page.getByRole("button", { name: "Sign in to Plex" }).click();
  const address = await page.getByRole("link", { name: "Open Plex's page" }).getAttribute("href");
  await cacherr.stage.approve("user1", new URLSearchParams(address?.split("#?")[1]).get("code") ?? "");
  await expect(page.getByText("Connected to")).toBeVisible();
}

const heading = (page: Page, name: string) =>
  expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
const goOn = (page: Page) => page.getByRole("button", { name: "Save and go on" }).click();

test.describe("from nothing to the first film", () => {
  // The start anew cuts the line of events, as it has to.
  test.use({ allowed: [/WebSocket|Failed to load resource/] });

  test("leads to a film that Plex reads from the fast disk", async ({ page, cacherr }) => {
    test.setTimeout(180_000);
    await makeFirstAccount(page, cacherr);
    await signIn(page, cacherr);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.getByRole("button", { name: "Go on", exact: true }).click();

    await heading(page, "Where is the fast disk?");
    for (const folder of [cacherr.folder, join(cacherr.folder, "fast")]) await chmod(folder, 0o755);
    await page.getByLabel("Folder for the copies").fill(join(cacherr.folder, "fast"));
    await goOn(page);

    await heading(page, "Which libraries?");
    await expect(page.getByText(/files? found here/)).toHaveCount(2);
    await goOn(page);

    await heading(page, "Who else reads these folders?");
    await page.getByRole("button", { name: "Nobody else reads them" }).click();

    await heading(page, "How much, and how?");
    await page.getByLabel("Use at most").fill("lots");
    await expect(page.getByRole("alert")).toContainText("cache.limit");
    await page.getByLabel("Use at most").fill("1GB");
    await page.getByLabel("Always leave free").fill("64MB");
    await goOn(page);

    await heading(page, "Apply it");
    await page.locator("form").getByRole("button", { name: "Apply" }).click();
    await expect(page.getByText("Cacherr works with the new settings.")).toBeVisible({ timeout: 60_000 });
    await page.getByRole("button", { name: "Go on", exact: true }).click();

    await heading(page, "The first film");
    await page.getByRole("button", { name: /^Cache Playtime/ }).click();
    await expect(page.getByText("Plex reads it from the fast disk")).toBeVisible({ timeout: 90_000 });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });
});

test("what was said is kept, and another browser goes on there", async ({ page, browser, cacherr }) => {
  await makeFirstAccount(page, cacherr);
  await page.getByRole("button", { name: "Go on without Plex" }).click();
  await page.getByLabel("Folder for the copies").fill(join(cacherr.folder, "fast"));
  await page.getByLabel("Plex runs as a user who gets there all the same").check();
  await goOn(page);
  await heading(page, "Which libraries?");
  const state = await page.context().storageState();
  const other = await browser.newPage({ storageState: state });
  await other.goto(`${cacherr.url}/wizard`);
  const disk = other.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: /Fast disk/ });
  await expect(disk).toContainText("done");
  await disk.click();
  await expect(other.getByLabel("Folder for the copies")).toHaveValue(join(cacherr.folder, "fast"));
  await other.close();
});

test("a folder that cannot be used is refused in words", async ({ page, cacherr }) => {
  await makeFirstAccount(page, cacherr);
  await page.getByRole("button", { name: "Go on without Plex" }).click();
  const next = page.getByRole("button", { name: "Save and go on" });
  await expect(next).toBeDisabled();
  await page.getByLabel("Folder for the copies").fill("relative/path");
  await expect(page.getByText("A path begins with a slash.")).toBeVisible();
  await expect(next).toBeDisabled();
  await page.getByLabel("Folder for the copies").fill(join(cacherr.folder, "not there"));
  await expect(
    page
      .locator("form")
      .getByText(/not there/)
      .last(),
  ).toBeVisible();
  await expect(next).toBeDisabled();
});
