import { expect, test } from "./support/test";

test.describe("the system", () => {
  test("the doctor looks, and says what to mend", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/system`);
    await expect(page.getByText("Nobody has looked since Cacherr started.")).toBeVisible();
    await page.getByRole("button", { name: "Look again" }).click();
    await expect(page.getByRole("heading", { name: /Who else reads the libraries · / })).toBeVisible();
    await expect(
      page.getByText("Say on the page Sources who else reads them, or that nobody does."),
    ).toBeVisible();
    await page.getByRole("button", { name: /things are as they should be/ }).click();
    await expect(page.getByRole("heading", { name: "Swapping a file · Movies" })).toBeVisible();
  });

  test("a key is shown once, lets a program in, and then no more", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/system?tab=keys`);
    await page.getByRole("button", { name: "Make a key" }).click();
    const form = page.getByRole("dialog", { name: "Make a key" });
    await form.getByLabel("Name").fill("wall");
    await form.getByLabel("Operator").check();
    await form.getByRole("button", { name: "Make a key" }).click();
    const secret = await page.getByRole("dialog", { name: "Your new key" }).getByLabel("Key").inputValue();
    const enters = async () => {
      const answer = await fetch(`${cacherr.url}/api/auth/me`, { headers: { "X-Api-Key": secret } });
      return answer.status;
    };
    expect(await enters()).toBe(200);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await expect(page.getByText(secret)).toHaveCount(0);

    await page.getByRole("button", { name: "Revoke wall" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await expect(page.getByText("The key wall opens nothing any more.")).toBeVisible();
    expect(await enters()).toBe(401);
  });

  test("an account is added, changed and removed", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/system?tab=accounts`);
    await page.getByRole("button", { name: "Add an account" }).click();
    const form = page.getByRole("dialog", { name: "Add an account" });
    await form.getByLabel("Name").fill("somebody");
    await form.getByRole("textbox", { name: "Password" }).fill("short");
    await form.getByRole("button", { name: "Add an account" }).click();
    await expect(form.getByText("At least 8 characters.", { exact: true })).toBeVisible();
    await form.getByRole("textbox", { name: "Password" }).fill("long enough, and more");
    await form.getByRole("button", { name: "Add an account" }).click();
    await expect(form).toBeHidden();

    await page.getByRole("button", { name: "Change somebody" }).click();
    const change = page.getByRole("dialog", { name: "Change the account somebody" });
    await change.getByLabel("Operator").check();
    await change.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "somebody" })).toContainText("Operator");

    await page.getByRole("button", { name: "Remove somebody" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("somebody may log in no more.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Remove somebody" })).toHaveCount(0);
  });

  test.describe("the last admin", () => {
    // The browser says of every refusal that it was one.
    test.use({ allowed: [/409/] });

    test("cannot be removed, and the dialog says why", async ({ page, cacherr }) => {
      await page.goto(`${cacherr.url}/system?tab=accounts`);
      await page.getByRole("button", { name: "Remove admin" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Remove" }).click();
      await expect(dialog.getByRole("alert")).toContainText("last admin");
    });
  });

  test.describe("for viewers", () => {
    test.use({ role: "viewer" });

    test("it is their own log-ins and the version", async ({ page, cacherr }) => {
      await page.goto(`${cacherr.url}/system?tab=keys`);
      await expect(page.getByRole("tab")).toHaveText(["Log-ins", "About"]);
      await expect(page.getByText("this browser")).toBeVisible();
      await page.getByRole("tab", { name: "About" }).click();
      await expect(page).toHaveURL(/tab=about/);
      await expect(page.getByRole("link", { name: "API reference" })).toBeVisible();
    });
  });
});
