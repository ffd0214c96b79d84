import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

/** Debian's; where there is none, whatever Playwright installed for itself. */
const system = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path && existsSync(path),
);

export default defineConfig({
  testDir: "e2e",
  outputDir: "e2e/.out",
  projects: [
    { name: "pages", testMatch: "*.spec.ts" },
    // `scripts/screenshots`
    { name: "screenshots", testMatch: "screenshots.ts", timeout: 180_000 },
    // `scripts/bench web`
    { name: "measure", testMatch: "measure.ts" },
  ],
  // Each test has an instance of its own, with its own library, store and simulated Plex.
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    launchOptions: {
      ...(system ? { executablePath: system } : {}),
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    },
  },
});
