import { expect, test } from "./support/test";

test.describe("settings", () => {
  // The server refuses what is not possible, and the line is cut while it starts anew; the browser tells both.
  test.use({ allowed: [/400|WebSocket|ERR_CONNECTION|Failed to load resource/] });

  test("what is not possible is said at its field; what is, is saved, used and kept", async ({
    page,
    cacherr,
  }) => {
    await page.goto(`${cacherr.url}/settings?part=cache`);
    const copies = page.getByRole("textbox", { name: "Copies at once" });
    await copies.fill("99");
    await expect(copies).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByRole("button", { name: "Review and save…" })).toBeDisabled();
    await copies.fill("3");
    await page.getByText("Cacherr can work with this").waitFor();
    await page.getByRole("button", { name: "Review and save…" }).click();
    const review = page.getByRole("dialog", { name: "Save these settings?" });
    await expect(review.getByRole("row", { name: "Copies at once" })).toContainText("3");
    await review.getByRole("button", { name: "Save and use them" }).click();
    await expect(page.getByText("Cacherr is back.")).toBeVisible();
    await page.reload();
    await expect(copies).toHaveValue("3");
  });

  test("nobody loses by a click what they changed", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/settings?part=cache`);
    await page.getByRole("textbox", { name: "Copies at once" }).fill("5");
    await page.getByRole("link", { name: "Users", exact: true }).click();
    const ask = page.getByRole("dialog", { name: "Leave without saving?" });
    await ask.getByRole("button", { name: "Stay here" }).click();
    await expect(page.getByRole("textbox", { name: "Copies at once" })).toHaveValue("5");
    await page.getByRole("link", { name: "Users", exact: true }).click();
    await ask.getByRole("button", { name: "Leave" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Users");
  });

  test("what the environment decides is read-only, and says so", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/settings?part=server`);
    await expect(page.getByRole("textbox", { name: "Address and port" })).toBeDisabled();
    await expect(page.getByText(/^CACHERR_SERVER__BIND sets this/)).toBeVisible();
  });
});
