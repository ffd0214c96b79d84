import { expect, test } from "./support/test";

test.describe("the queue", () => {
  // Slow enough to be looked at, and halted.
  test.use({ choice: { start: "configured", bandwidth: "4MB" } });

  test("shows a copy on its way, halts it, lets it go on, and calls it off", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/activity`);
    await expect(page.getByText("Nothing waits and nothing runs.")).toBeVisible();

    await cacherr.ask("POST", "/api/cached/files", { file_path: cacherr.stage.video("Arrival").path });
    const running = page.getByRole("region", { name: "Running" });
    await expect(running.getByText(/Arrival/).first()).toBeVisible();
    const bar = running.getByRole("progressbar");
    const done = async () => Number(await bar.getAttribute("aria-valuenow"));
    await expect.poll(done).toBeGreaterThan(0);
    const before = await done();
    await expect.poll(done).toBeGreaterThan(before);

    await page
      .getByRole("button", { name: /^Halt Arrival/ })
      .first()
      .click();
    await expect(page.getByText("halted").first()).toBeVisible();
    await page
      .getByRole("button", { name: /^Let Arrival.* go on/ })
      .first()
      .click();
    await expect(page.getByText("copying").first()).toBeVisible();
    await page
      .getByRole("button", { name: /^Cancel Arrival/ })
      .first()
      .click();
    await expect(page.getByText(/^Cancelled: Arrival/)).toBeVisible();

    await page.getByRole("tab", { name: "Ended jobs" }).click();
    const row = page.getByRole("row", { name: /Arrival/ });
    await expect(row.getByText("cancelled", { exact: true })).toBeVisible();
  });
});

test.describe("for viewers", () => {
  test.use({ role: "viewer", choice: { start: "configured", bandwidth: "2MB" } });

  test("the queue shows what goes on, and nothing to act with", async ({ page, cacherr }) => {
    await cacherr.ask("POST", "/api/cached/files", { file_path: cacherr.stage.video("Dune").path });
    await page.goto(`${cacherr.url}/activity`);
    await expect(page.getByRole("progressbar")).toBeVisible();
    await expect(page.getByRole("button", { name: /^(Halt|Cancel)/ })).toHaveCount(0);
  });
});

test("the history is filtered, and the address says how", async ({ page, cacherr }) => {
  await cacherr.cache("Heat", "user2");
  await cacherr.cache("Alien", "user3");
  await page.goto(`${cacherr.url}/activity?view=history`);
  const rows = page.getByRole("table", { name: "History" }).getByRole("row");
  await expect(rows.filter({ hasText: "Heat" }).first()).toBeVisible();

  await page.getByRole("combobox", { name: "Who" }).fill("user3");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/user=user3/);
  await expect(rows.filter({ hasText: "Heat" })).toHaveCount(0);
  await expect(rows.filter({ hasText: "Alien" }).first()).toBeVisible();

  await page.reload();
  await expect(page.getByRole("combobox", { name: "Who" })).toHaveValue("user3");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(rows.filter({ hasText: "Heat" }).first()).toBeVisible();

  await page.getByRole("button", { name: /^Details: cached, Heat/ }).click();
  const entry = page.getByRole("dialog", { name: "Entry of the log" });
  await expect(entry.getByText(cacherr.stage.video("Heat").path.slice(-24))).toBeVisible();
  await entry.getByRole("button", { name: "All about this file" }).click();
  await expect(page).toHaveURL(/path=/);
  await expect(rows.filter({ hasText: "Alien" })).toHaveCount(0);
});

test("the history grows while one looks", async ({ page, cacherr }) => {
  await cacherr.cache("Heat");
  await page.goto(`${cacherr.url}/activity?view=history`);
  const rows = page.getByRole("table", { name: "History" }).getByRole("row");
  await expect(rows.filter({ hasText: "Heat" }).first()).toBeVisible();
  await cacherr.cache("Brazil");
  await expect(rows.nth(1)).toContainText("Brazil");
});
