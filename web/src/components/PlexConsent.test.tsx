import { MantineProvider } from "@mantine/core";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/api/problem";
import { t } from "@/strings";
import { type ConsentStage, PlexConsent } from "./PlexConsent";

const PAGE = "https://app.plex.tv/auth#?code=abc";
const begun = { page_url: PAGE, expires_at: "2030-01-01T00:00:00Z" };
const stage = (state: ConsentStage["state"], message?: string): ConsentStage => ({
  state,
  problem: message ? { message } : null,
});

function show(ask: () => Promise<ConsentStage>, onDone = () => {}) {
  render(
    <MantineProvider>
      <PlexConsent label="Sign in" begin={() => Promise.resolve(begun)} ask={ask} onDone={onDone} />
    </MantineProvider>,
  );
}

const click = (name: string) => act(async () => screen.getByRole("button", { name }).click());
const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));

describe("saying yes at Plex", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("opens a window by the click itself, and shows Plex's page in it once that is known", async () => {
    const replace = vi.fn();
    const open = vi
      .spyOn(window, "open")
      .mockReturnValue({ closed: false, opener: window, location: { replace } } as unknown as Window);
    show(() => Promise.resolve(stage("waiting")));
    await click("Sign in");
    expect(open).toHaveBeenCalledOnce();
    expect(replace).toHaveBeenCalledWith(PAGE);
    expect(screen.getByText(t.consent.opened)).toBeTruthy();
  });

  it("gives a link where the browser lets no window open", async () => {
    vi.spyOn(window, "open").mockReturnValue(null);
    show(() => Promise.resolve(stage("waiting")));
    await click("Sign in");
    expect(screen.getByText(t.consent.blocked)).toBeTruthy();
    expect(screen.getByRole("link", { name: t.consent.open }).getAttribute("href")).toBe(PAGE);
  });

  it("asks on while the server is away, and ends when it is told that it is done", async () => {
    vi.spyOn(window, "open").mockReturnValue(null);
    const onDone = vi.fn();
    const ask = vi
      .fn<() => Promise<ConsentStage>>()
      .mockRejectedValueOnce(new Problem("unreachable", "gone"))
      .mockResolvedValueOnce(stage("waiting"))
      .mockResolvedValue(stage("done"));
    show(ask, onDone);
    await click("Sign in");
    await pass(10);
    expect(ask).toHaveBeenCalledTimes(3);
    expect(onDone).toHaveBeenCalledOnce();
    expect(screen.getByRole("button", { name: "Sign in" })).toBeTruthy();
  });

  it("says why somebody was refused, and lets them begin anew", async () => {
    vi.spyOn(window, "open").mockReturnValue(null);
    show(() => Promise.resolve(stage("refused", "this account does not own the server")));
    await click("Sign in");
    await pass(3);
    expect(screen.getByText("This account does not own the server.")).toBeTruthy();
    expect(screen.getByRole("button", { name: t.consent.begin })).toBeTruthy();
  });

  it("asks no more once somebody calls it off", async () => {
    vi.spyOn(window, "open").mockReturnValue(null);
    const ask = vi.fn(() => Promise.resolve(stage("waiting")));
    show(ask);
    await click("Sign in");
    await pass(2);
    await click(t.common.cancel);
    const asked = ask.mock.calls.length;
    await pass(10);
    expect(ask).toHaveBeenCalledTimes(asked);
  });
});
