import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vitest/config";

const WORTH_COMPRESSING = /\.(css|html|js|json|svg|txt|webmanifest)$/;

/** Leaves `.br` and `.gz` in the place of each file that gets smaller, so that the server never compresses anything. */
function precompress(): Plugin {
  let out = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      out = config.build.outDir;
    },
    closeBundle() {
      for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
        // The server writes into the page; what it has written it sends as it is.
        if (!entry.isFile() || !WORTH_COMPRESSING.test(entry.name) || entry.name === "index.html") continue;
        const path = join(entry.parentPath, entry.name);
        const whole = readFileSync(path);
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
        const [br, gz] = [brotliCompressSync(whole, quality), gzipSync(whole, { level: 9 })];
        if (br.length < whole.length) writeFileSync(`${path}.br`, br);
        // The server makes it whole from this for whoever takes no encoding.
        if (gz.length < whole.length) {
          writeFileSync(`${path}.gz`, gz);
          rmSync(path);
        }
      }
    },
  };
}

/** A running instance for `npm run dev`, and a key of it: whoever has one needs no log-in. */
const backend = process.env.WEB_BACKEND ?? "http://127.0.0.1:5445";
const headers: Record<string, string> = process.env.WEB_KEY ? { "X-Api-Key": process.env.WEB_KEY } : {};

export default defineConfig({
  base: "./",
  plugins: [react(), precompress()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What several pages need comes at once: dozens of small files cost more in heads than they save in bodies.
        codeSplitting: { groups: [{ name: "shared", minShareCount: 4 }] },
      },
    },
  },
  server: {
    proxy: {
      "/api": { target: backend, headers },
      "/ws": { target: backend, headers, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
  },
});
