import { expect, test } from "./support/test";

test("a wish shows in the plan with its points, and is carried out on request", async ({ page, cacherr }) => {
  await cacherr.stage.wish("user2", "Stalker");
  await page.goto(`${cacherr.url}/plan`);
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(page.getByText(/^The run is done/)).toBeVisible();
  await expect
    .poll(async () => {
      const { files } = await cacherr.ask<{ files: { filename: string }[] }>("GET", "/api/cached/files");
      return files.some((file) => file.filename.startsWith("Stalker"));
    })
    .toBe(true);
  await page.getByRole("tab", { name: /^Sources/ }).click();
  await expect(page).toHaveURL(/list=sources/);
  await expect(page.getByRole("row", { name: /user2/ }).first()).toBeVisible();
});

test.describe("for viewers", () => {
  test.use({ role: "viewer" });

  test("the plan can be read and not be run", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/plan`);
    await expect(page.getByText("Sources asked")).toBeVisible();
    await expect(page.getByRole("button", { name: "Run now" })).toHaveCount(0);
    await page.getByRole("button", { name: "Account" }).click();
    await expect(page.getByRole("menuitem", { name: "System" })).toBeVisible();
    await expect(page.getByRole("menuitem", { name: "Put everything back…" })).toHaveCount(0);
  });
});
