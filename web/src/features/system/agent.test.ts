import { expect, it } from "vitest";
import { agentOf } from "./agent";

it("tells browsers apart that claim to be each other", () => {
  const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
  expect(agentOf(`${windows} Chrome/142.0.0.0 Safari/537.36`)).toEqual({
    browser: "Chrome",
    system: "Windows",
  });
  expect(agentOf(`${windows} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`)?.browser).toBe("Edge");
  expect(agentOf("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0")).toEqual({
    browser: "Firefox",
    system: "Linux",
  });
  expect(
    agentOf(
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
    ),
  ).toEqual({ browser: "Safari", system: "iPhone" });
});

it("says nothing of what it does not know", () => {
  expect(agentOf("curl/8.5.0")).toBeNull();
});
