import { expect, test } from "./support/test";

test("who watches shows at once, and whether the fast disk serves it", async ({ page, cacherr }) => {
  await cacherr.cache("Heat");
  await page.goto(cacherr.url);
  const watching = page.getByRole("region", { name: "Watching" });
  await expect(watching.getByText("Nobody watches anything right now.")).toBeVisible();

  const stop = await cacherr.stage.play("user2", "Heat");
  const one = watching.getByRole("listitem").filter({ hasText: "Heat" });
  await expect(one.getByText("fast disk")).toBeVisible();
  await expect(one.getByText("user2")).toBeVisible();
  await expect(page.getByRole("region", { name: "Now" })).toContainText("1 playing");

  await stop();
  await expect(watching.getByText("Nobody watches anything right now.")).toBeVisible();
});

test.describe("a copy", () => {
  test.use({ choice: { start: "configured", bandwidth: "4MB" } });

  test("is seen moving, with why, and then among what happened last", async ({ page, cacherr }) => {
    await page.goto(cacherr.url);
    const stop = await cacherr.stage.play("user3", "Dune");
    const copying = page.getByRole("region", { name: "Being copied" });
    await expect(copying.getByText("user3 is watching it")).toBeVisible();
    const bar = copying.getByRole("progressbar");
    const done = async () => Number((await bar.getAttribute("aria-valuenow")) ?? 100);
    const before = await done();
    await expect.poll(done).toBeGreaterThan(before);
    const latest = page.getByRole("region", { name: "Latest" });
    await expect(latest.getByRole("listitem").filter({ hasText: "Dune" })).toContainText("cached");
    await stop();
  });
});

test("before anything is cached it says what will be, and when", async ({ page, cacherr }) => {
  await page.goto(cacherr.url);
  await expect(page.getByText("Nothing is cached yet")).toBeVisible();
  await expect(page.getByRole("link", { name: "Cache something by hand" })).toBeVisible();
});

test.describe("for viewers", () => {
  test.use({ role: "viewer" });

  test("nothing is asked that they may not know, and nothing offered that they may not do", async ({
    page,
    cacherr,
  }) => {
    await cacherr.cache("Heat");
    await page.goto(cacherr.url);
    await expect(page.getByRole("region", { name: "Latest" }).getByText(/^Heat/)).toBeVisible();
    await expect(page.getByRole("link", { name: "Cache something by hand" })).toHaveCount(0);
  });
});
