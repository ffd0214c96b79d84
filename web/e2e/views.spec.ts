import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./support/test";

const VIEWS = [
  "activity?view=ended",
  "activity?view=history",
  "plan?list=give_back",
  "plan?list=refused",
  "plan?list=sources",
];

for (const scheme of ["dark", "light"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme, choice: { start: "configured", bandwidth: "2MB" } });

    test(`every view of Activity and Plan can be used by everybody, ${scheme}`, async ({ page, cacherr }) => {
      // Axe takes its time with each of so many views.
      test.slow();
      await cacherr.cache("Heat", "user2");
      await cacherr.cache("Alien");
      await cacherr.ask("POST", "/api/cached/files", { file_path: cacherr.stage.video("Arrival").path });
      const look = async (what: string) => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        const told = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`,
        );
        expect(told, `${what} ${scheme}`).toEqual([]);
      };
      await page.goto(`${cacherr.url}/activity`);
      await expect(page.getByRole("progressbar")).toBeVisible();
      await look("queue");
      for (const view of VIEWS) {
        await page.goto(`${cacherr.url}/${view}`);
        await expect(page.getByRole("tabpanel")).toBeVisible();
        await page.waitForLoadState("networkidle");
        await look(view);
      }
      await page.goto(`${cacherr.url}/activity?view=history`);
      await page
        .getByRole("button", { name: /^Details: / })
        .first()
        .click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await look("entry");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Account", exact: true }).click();
      await page.getByRole("menuitem", { name: "Put everything back…" }).click();
      await expect(page.getByText(/originals? returns? to their places/)).toBeVisible();
      await look("put back");
    });
  });
}
