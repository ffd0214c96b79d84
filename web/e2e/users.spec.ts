import { expect, test } from "./support/test";

test.describe("users", () => {
  test("everybody is there, with what is cached for them and how they are known", async ({
    page,
    cacherr,
  }) => {
    await cacherr.cache("Dune", "user2");
    await page.goto(`${cacherr.url}/users`);
    const row = page.getByRole("listitem").filter({ hasText: "user2" });
    await expect(row).toContainText("1 file · 1 cached");
    await row.getByRole("link").click();
    await expect(page).toHaveURL(/user=user2/);
    const drawer = page.getByRole("dialog");
    await expect(drawer.getByRole("row", { name: /On Deck/ })).toBeVisible();
    await expect(drawer.getByRole("listitem").filter({ hasText: "Dune" })).toContainText("by hand");
    await drawer.getByText("7 days").click();
    await expect(page).toHaveURL(/days=7/);
    await drawer.getByRole("link", { name: "Show their files" }).click();
    await expect(page).toHaveURL(/\/cached\?user=user2/);
  });

  test("somebody is forgotten, and nobody else", async ({ page, cacherr }) => {
    await cacherr.cache("Dune", "guest");
    await cacherr.cache("Heat", "user2");
    await page.goto(`${cacherr.url}/users?user=guest`);
    await page.getByRole("dialog").getByRole("button", { name: "Forget…" }).click();
    const ask = page.getByRole("dialog", { name: "Forget guest?" });
    await expect(ask).toContainText("No film is lost.");
    await ask.getByRole("button", { name: "Forget" }).click();
    await expect(page.getByText(/guest is forgotten/)).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "guest" })).toHaveCount(0);
    await expect(page.getByRole("listitem").filter({ hasText: "user2" })).toBeVisible();
  });
});
