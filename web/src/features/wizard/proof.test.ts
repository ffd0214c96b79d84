import { describe, expect, it } from "vitest";
import type { Finding } from "@/api/schema";
import { judge, NOT_READ } from "./proof";

const says = (verdict: Finding["verdict"]): Finding[] => [
  { check: "media_server", subject: "Plex", verdict: "ok", says: "it answers", fix: null },
  { check: "link_readable", subject: "Plex", verdict, says: "…", fix: null },
];
const active = { status: "active", reasons: ["manual"], isConnected: true } as const;

describe("that Plex reads a file from the fast disk", () => {
  it("is said only where Plex itself said so", () => {
    expect(judge({ ...active, findings: says("ok") })).toBe("reads");
    expect(judge({ ...active, findings: says("unknown") })).toBe("unknown");
    expect(judge({ ...active, findings: [] })).toBe("unknown");
  });

  it("is not said of a file that went back", () => {
    const back = { status: "removed", isConnected: true, findings: says("ok") } as const;
    expect(judge({ ...back, reasons: [NOT_READ] })).toBe("refused");
    expect(judge({ ...back, reasons: ["manual"] })).toBe("unknown");
  });

  it("is not said where nobody could ask", () => {
    expect(judge({ ...active, isConnected: false, findings: says("unknown") })).toBe("served");
    expect(judge({ ...active, isConnected: false, findings: says("failure") })).toBe("refused");
  });
});
