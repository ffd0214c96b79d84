import { expect, test } from "./support/test";

test("who else reads the libraries is said, changed and forgotten", async ({ page, cacherr }) => {
  await page.goto(`${cacherr.url}/sources`);
  const card = page.getByRole("region", { name: "Who else reads the libraries" });
  await card.getByRole("button", { name: "Add…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Sonarr");
  await dialog.getByLabel("no", { exact: true }).check();
  await expect(dialog.getByText(/every cached file is a broken link/)).toBeVisible();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(card.getByRole("row", { name: /Sonarr download manager no/ })).toBeVisible();

  await card.getByRole("button", { name: "Change Sonarr" }).click();
  await dialog.getByLabel("yes", { exact: true }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(card.getByRole("row", { name: /Sonarr download manager yes/ })).toBeVisible();

  await card.getByRole("button", { name: "Forget Sonarr" }).click();
  await expect(card.getByText("Nobody but Plex")).toBeVisible();
});

test("the media server, its libraries and the address of webhooks are shown", async ({ page, cacherr }) => {
  await page.goto(`${cacherr.url}/sources`);
  await expect(page.getByRole("region", { name: /^Plex/ }).getByText("connected")).toBeVisible();
  const row = page.getByRole("region", { name: "Libraries at Plex" }).getByRole("row", { name: /Series/ });
  await expect(row).toContainText(cacherr.stage.household.series);
  await page.getByRole("button", { name: "Show the address" }).click();
  await expect(page.getByText(`${cacherr.url}/api/webhooks/plex/`)).toBeVisible();
});

test.describe("an operator", () => {
  test.use({ role: "operator" });

  test("looks, and changes nothing", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/sources`);
    await expect(page.getByRole("region", { name: /^Plex/ }).getByText("connected")).toBeVisible();
    for (const name of ["Add…", "Show the address", "Open the set-up"]) {
      await expect(page.getByRole("button", { name })).toHaveCount(0);
    }
    await expect(page.getByRole("heading", { name: "Webhooks" })).toHaveCount(0);
  });
});
