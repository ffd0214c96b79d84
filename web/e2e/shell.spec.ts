import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./support/test";

const PAGES = ["", "cached", "add", "activity", "plan", "users", "sources", "settings", "system"];

for (const scheme of ["dark", "light"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });

    test(`every page can be used by everybody, ${scheme}`, async ({ page, cacherr }) => {
      await cacherr.cache("Dune", "user2");
      for (const path of PAGES) {
        await page.goto(`${cacherr.url}/${path}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        // What is read shows by itself; axe judges what is there then.
        await page.waitForLoadState("networkidle");
        const { violations } = await new AxeBuilder({ page }).analyze();
        const told = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`,
        );
        expect(told, `/${path} ${scheme}`).toEqual([]);
      }
    });
  });
}

test("the chosen colours are there before the first paint, and stay", async ({ page, cacherr }) => {
  await page.goto(cacherr.url);
  const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
  expect(await scheme()).toBe("dark");
  await page.getByRole("button", { name: "Colours" }).click();
  await page.getByRole("menuitem", { name: "Light" }).click();
  // The app itself never comes: only what the page brings decides.
  await page.route("**/assets/*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await page.reload();
  expect(await scheme()).toBe("light");
});
test.describe("the keyboard", () => {
  test("goes everywhere, and says how", async ({ page, cacherr }) => {
    await page.goto(cacherr.url);
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toHaveText("Dashboard");
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await expect(heading).toHaveText("Plan");
    await page.keyboard.press("?");
    const overview = page.getByRole("dialog", { name: "Keyboard" });
    await expect(overview.getByText("Users")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(overview).toBeHidden();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Go to, search, do").fill("activ");
    await page.keyboard.press("Enter");
    await expect(heading).toHaveText("Activity");
  });
});

test.describe("a lost connection", () => {
  test.use({ allowed: [/WebSocket|ERR_CONNECTION|Failed to load resource/] });

  test("is said, and mends itself", async ({ page, cacherr }) => {
    await page.goto(cacherr.url);
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
    await cacherr.kill();
    await expect(page.getByText(/Not connected. What you see is from/)).toBeVisible();
    await cacherr.again();
    await expect(page.getByText("Live", { exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText(/Not connected/)).toHaveCount(0);
  });
});

test.describe("below a base path", () => {
  test.use({ choice: { start: "configured", basePath: "/deep/er" } });

  test("everything works, deep links too", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/plan`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Plan");
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
    await page.getByRole("link", { name: "Users" }).click();
    await expect(page).toHaveURL(`${cacherr.url}/users`);
  });
});

test("the first load is small, and brings no other page", async ({ page, cacherr }) => {
  await cacherr.cache("Heat");
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  const urls = new Map<string, string>();
  let bytes = 0;
  cdp.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (!urls.get(requestId)?.includes("/api/")) bytes += encodedDataLength;
  });
  await page.goto(`${cacherr.url}/cached`);
  await expect(page.getByRole("grid")).toBeVisible();
  await page.waitForLoadState("networkidle");
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThan(350 * 1024);
});

test("without a session there is nothing but the log-in", async ({ page, cacherr }) => {
  await page.context().clearCookies();
  await page.goto(`${cacherr.url}/settings`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Log in");
  await page.getByLabel("Name").fill("admin");
  await page.locator("input[type=password]").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Settings");
});
