import { expect, test } from "./support/test";

test.describe("adding", () => {
  test("a film is found by its title, and is cached while one looks", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/add`);
    await page.getByRole("searchbox").fill("brazil");
    await expect(page).toHaveURL(/q=brazil/);
    await expect(page.getByRole("heading", { name: "Brazil (1985)" })).toBeVisible();
    await page.getByRole("checkbox", { name: /Brazil/ }).check();
    await expect(page.getByRole("region", { name: "What is chosen" })).toContainText("1 file · 2.0 MB");
    await page.getByRole("button", { name: "Cache now" }).click();
    const asked = page.getByRole("list", { name: "Asked for" });
    await expect(asked.getByText("cached", { exact: true })).toBeVisible();
    // What can be chosen says the same by then.
    await expect(page.getByRole("checkbox", { name: /Brazil/ })).toHaveCount(0);
  });

  test("a season is chosen at once, by the keyboard alone", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/add`);
    await page.getByRole("link", { name: /^Movies/ }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: /^Fargo/ }).press("Enter");
    await page.getByRole("link", { name: /^Season/ }).press("Enter");
    await page.getByRole("checkbox", { name: "Choose all that can be cached here" }).press("Space");
    await expect(page.getByRole("region", { name: "What is chosen" })).toContainText("8 files");
    await page.getByRole("button", { name: "Cache now" }).press("Enter");
    await expect(page.getByRole("list", { name: "Asked for" }).getByRole("listitem")).toHaveCount(8);
    await expect(page.getByText("8 files are on the way to the fast disk.")).toBeVisible();
    const place = page.getByRole("navigation", { name: "Where you are" });
    await expect(place.getByRole("listitem")).toHaveCount(4);
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("Backspace");
    await expect(place.getByRole("listitem")).toHaveCount(3);
  });

  test("what is cached already leads to the file", async ({ page, cacherr }) => {
    await cacherr.cache("Heat");
    await page.goto(`${cacherr.url}/add?q=heat`);
    await page.getByRole("link", { name: /Heat \(1995\)/ }).click();
    await expect(page).toHaveURL(/\/cached\?file=/);
  });

  test("what nobody is called says so, and leads to the folders", async ({ page, cacherr }) => {
    await page.goto(`${cacherr.url}/add?q=xyzzy`);
    await expect(page.getByText("Nothing is called “xyzzy”.")).toBeVisible();
    await page.getByRole("link", { name: "Look into the folders" }).click();
    await expect(page.getByRole("link", { name: /^Series/ })).toBeVisible();
  });
});
