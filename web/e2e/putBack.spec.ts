import { lstat } from "node:fs/promises";
import { expect, test } from "./support/test";

test("everything goes back, by name, from any page", async ({ page, cacherr }) => {
  const titles = ["Heat", "Alien", "Brazil"];
  for (const title of titles) await cacherr.cache(title);
  const stop = await cacherr.stage.play("user2", "Heat");
  await page.goto(`${cacherr.url}/users`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Go to, search, do").fill("put every");
  await page.keyboard.press("Enter");

  const dialog = page.getByRole("dialog", { name: "Put everything back" });
  await expect(dialog.getByText(/originals return to their places/)).toBeVisible();
  await expect(dialog.getByText(/^One person is watching/)).toBeVisible();
  await stop();
  await expect(dialog.getByLabel("and cache nothing by itself until I say so")).toBeChecked();
  await dialog.getByRole("button", { name: "Put everything back" }).click();
  await expect(dialog.getByText(/back at their places\.$/)).toBeVisible();

  for (const title of titles) {
    expect((await lstat(cacherr.stage.video(title).path)).isFile()).toBe(true);
  }

  await dialog.getByRole("button", { name: "Close" }).first().click();
  const paused = page.getByText("Caching was paused by admin");
  await expect(paused).toBeVisible();
  await page.reload();
  await expect(paused).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(paused).toBeHidden();
  // Somebody else's is told as well.
  await cacherr.ask("PUT", "/api/plan/paused", { paused: true });
  await expect(page.getByText("Caching was paused by the configured API key")).toBeVisible();
});
