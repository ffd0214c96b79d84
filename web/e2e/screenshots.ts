/** Every page as people see it: both themes, a phone, a large screen. `scripts/screenshots` says where they go. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { Instance } from "./support/instance";
import { expect, test } from "./support/test";

const TO = process.env.SCREENSHOTS ?? "e2e/.out/screenshots";

const SIZES = {
  desk: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
  wall: { width: 2560, height: 1440 },
} as const;

const PAGES = ["", "cached", "add", "activity", "plan", "users", "sources", "settings", "system"];

/** An evening: something is cached for everybody, something plays, something is on its way, something went wrong. */
async function live(cacherr: Instance): Promise<void> {
  await cacherr.stage.wish("user3", "The Grand Budapest Hotel");
  await cacherr.cache("Spirited Away", "user1");
  await cacherr.cache("WALL·E", "user2");
  await cacherr.cache("Paddington 2", "user2");
  await cacherr.cache("Alien");
  await cacherr.cache("Heat", "user3");
  await cacherr.stage.play("user2", "Paddington 2");
  await cacherr.stage.play("user1", "Fargo S01E02");
  await cacherr.ask("POST", "/api/cached/files", { file_path: cacherr.stage.video("Arrival").path });
}

async function settle(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.waitForLoadState("networkidle");
  // Toasts and tooltips of what was done before are not the page.
  await page.mouse.move(0, 0);
}

test.use({ choice: { start: "configured", bandwidth: "2MB" } });

for (const scheme of ["dark", "light"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });
    test(`every page, ${scheme}`, async ({ page, cacherr }) => {
      await mkdir(TO, { recursive: true });
      await live(cacherr);
      for (const [size, viewport] of Object.entries(SIZES)) {
        if (size === "wall" && scheme === "light") continue;
        await page.setViewportSize(viewport);
        for (const path of PAGES) {
          await page.goto(`${cacherr.url}/${path}`);
          await settle(page);
          await page.screenshot({ path: join(TO, `${path || "dashboard"}-${size}-${scheme}.png`) });
        }
      }
    });
  });
}

test("before the pages", async ({ page, cacherr }) => {
  await mkdir(TO, { recursive: true });
  await page.context().clearCookies();
  await page.goto(cacherr.url);
  await settle(page);
  await page.screenshot({ path: join(TO, "log-in-desk-dark.png") });
});
