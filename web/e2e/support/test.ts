/** What every test of the app begins with: an instance of its own, somebody logged in, and a quiet console. */
import { test as base, expect, type Page } from "@playwright/test";
import { type Choice, Instance } from "./instance";

interface Options {
  choice: Choice;
  /** With which role the page is opened. */
  role: "viewer" | "operator" | "admin";
}

interface Fixtures {
  cacherr: Instance;
  /** Messages of the console that a test expects, such as those of a connection that it cut. */
  allowed: RegExp[];
}

const PASSWORD = "correct horse battery staple";

export const test = base.extend<Options & Fixtures>({
  choice: [{ start: "configured" }, { option: true }],
  role: ["admin", { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
  allowed: async ({}, use) => use([]),

  cacherr: async ({ choice }, use, info) => {
    const instance = await Instance.open(choice);
    await use(instance);
    if (info.status !== info.expectedStatus) {
      await info.attach("log of the instance", { body: instance.log, contentType: "text/plain" });
    }
    await instance.close();
  },

  page: async ({ page, cacherr, choice, role, allowed }, use) => {
    const complaints = watch(page);
    if (choice.start === "configured") await logIn(page, cacherr, role);
    await use(page);
    expect(complaints.filter((said) => !allowed.some((one) => one.test(said)))).toEqual([]);
  },
});

/** Everything that the console complains of from now on. */
export function watch(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return complaints;
}

/** Makes an account with this role, and a session for the page. */
export async function logIn(page: Page, cacherr: Instance, role: Options["role"]): Promise<void> {
  const { accounts } = await cacherr.ask<{ accounts: { name: string }[] }>("GET", "/api/accounts");
  if (!accounts.some((account) => account.name === role)) {
    await cacherr.ask("POST", "/api/accounts", { name: role, password: PASSWORD, role });
  }
  const answer = await page.request.post(`${cacherr.url}/api/auth/login`, {
    data: { name: role, password: PASSWORD },
  });
  expect(answer.status()).toBe(200);
}

export { expect };
