import { describe, expect, it } from "vitest";
import { previewOf, without } from "./preview";
import { fileNamed } from "./sample";

const watched = fileNamed("watched.mkv", { file_size_bytes: 700, pinned: true });
const other = fileNamed("other.mkv", { file_size_bytes: 300 });

describe("a preview", () => {
  it("tells the space, what is watched and what is pinned", () => {
    const preview = previewOf([watched, other], new Set([watched.file_path, "/elsewhere"]));
    expect(preview).toMatchObject({ count: 2, size: 1_000, pinned: 1 });
    expect(preview.playing).toEqual([watched]);
  });

  it("counts anew when what is watched is left out", () => {
    const preview = previewOf([watched, other], new Set([watched.file_path]));
    expect(without(preview, preview.playing)).toMatchObject({ count: 1, size: 300, pinned: 0, playing: [] });
  });

  it("does not pretend to leave out what it cannot name", () => {
    const many = { count: 50_000, size: null, files: null, playing: [watched], pinned: null };
    expect(without(many, many.playing)).toBe(many);
  });
});
