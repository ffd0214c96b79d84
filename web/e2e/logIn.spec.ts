import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./support/test";

const PASSWORD = "correct horse battery staple";

test.describe("the first account", () => {
  test.use({
    choice: { start: "empty" },
    // A refused token is a refusal; the browser writes it to its console.
    allowed: [/status of 403/],
  });

  test("needs the token of the machine, and leads to the set-up", async ({ page, cacherr }) => {
    await page.goto(cacherr.url);
    await expect(page.getByRole("heading", { level: 1, name: "Welcome to Cacherr" })).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.getByRole("button", { name: "Where is it?" }).click();
    await expect(page.getByText("docker logs cacherr")).toBeVisible();

    const token = page.getByLabel("Setup token");
    const make = page.getByRole("button", { name: "Make the account" });
    await token.fill("not the token");
    await page.getByLabel("Name").fill("user1");
    await page.getByLabel("Password", { exact: true }).fill("user1");
    await expect(make).toHaveAttribute("aria-disabled", "true");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await make.click();
    await expect(page.getByText("This is not the setup token.")).toBeVisible();

    await token.fill(await cacherr.setupToken());
    await make.click();
    await expect(page).toHaveURL(`${cacherr.url}/wizard`);
    await expect(page.getByRole("heading", { level: 1, name: "Set up Cacherr" })).toBeVisible();
  });
});

test.describe("whoever has to log in", () => {
  test.use({ allowed: [/status of 40[13]|status of 429|WebSocket/] });

  test("comes back to where they were", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/plan`);
    await expect(page.getByRole("heading", { level: 1, name: "Plan" })).toBeVisible();
    // Their session ends elsewhere: an admin gives the account another password.
    await page.context().clearCookies();
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: "Log in" })).toBeVisible();
    await page.getByLabel("Name").fill("admin");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "Plan" })).toBeVisible();
    await expect(page).toHaveURL(`${cacherr.url}/plan`);
  });

  test("is told how long to wait after failing too often", async ({ page, cacherr }) => {
    await page.context().clearCookies();
    await page.goto(cacherr.url);
    await page.getByLabel("Name").fill("admin");
    const password = page.getByLabel("Password", { exact: true });
    await expect(async () => {
      await password.fill("wrong");
      await password.press("Enter");
      await expect(page.getByText(/too many failed attempts. Wait \d+ second/)).toBeVisible({ timeout: 400 });
    }).toPass({ timeout: 30_000 });
    await expect(page.getByRole("button", { name: /^Wait/ })).toHaveAttribute("aria-disabled", "true");
    await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeVisible({ timeout: 30_000 });
  });

  test("can do so with Plex", async ({ page, cacherr }) => {
    await page.context().clearCookies();
    await page.goto(`${cacherr.url}/users`);
    // The page of Plex lies outside of this test: what opens is a window, and what it would show is in the link.
    await page.context().route("https://app.plex.tv/**", (route) => route.fulfill({ body: "" }));
    await page.getByRole("button", { name: "Log in with Plex" }).click();
    const link = page.getByRole("link", { name: "Open Plex's page" });
    const code = new URLSearchParams((await link.getAttribute("href"))?.split("#?")[1]).get("code");
    await cacherr.stage.approve("user1", code ?? "");
    await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
  });
});
