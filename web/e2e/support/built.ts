import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? `${root}target`;

/** What `cargo build --bin cacherr --example simulator` left. */
export function built(name: string): string {
  return `${target}/debug/${name}`;
}
