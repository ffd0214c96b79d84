/** A real Cacherr with a library, a fast folder and a simulated Plex of its own. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { built } from "./built";
import { Program } from "./process";
import { Stage } from "./stage";

export interface Choice {
  /** `configured`: libraries, cache dir and Plex are set up. `empty`: as after the download. */
  start: "configured" | "empty";
  /** Bytes per second of all copies, so that a test can see one on its way. */
  bandwidth?: string;
  basePath?: string;
}

/** The role admin, for what a test arranges. */
const KEY = "a-key-for-tests-of-the-web-app";

export class Instance {
  private constructor(
    readonly folder: string,
    readonly stage: Stage,
    private readonly choice: Choice,
    private program: Program,
    readonly url: string,
  ) {}

  static async open(choice: Choice): Promise<Instance> {
    const folder = await mkdtemp(join(tmpdir(), "cacherr-web-"));
    const data = join(folder, "data");
    const fast = join(folder, "fast");
    for (const made of [data, fast]) await mkdir(made, { mode: 0o700 });
    const stage = await Stage.open(join(folder, "media"));
    const { movies, series } = stage.household;
    if (choice.start === "configured") {
      const toml = [
        "# Written by hand.",
        "[cache]",
        `dir = ${JSON.stringify(fast)}`,
        'min_free = "64MB"',
        `bandwidth = ${JSON.stringify(choice.bandwidth ?? "0")}`,
        'release_grace = "1s"',
        ...["Movies", "Series"].flatMap((name) => [
          "[[library]]",
          `name = ${JSON.stringify(name)}`,
          `path = ${JSON.stringify(name === "Movies" ? movies : series)}`,
        ]),
      ];
      await writeFile(join(data, "cacherr.toml"), `${toml.join("\n")}\n`, { mode: 0o600 });
    }
    const program = run(folder, stage, choice, "127.0.0.1:0");
    const [, url] = await program.logged(/listening at (http:\/\/127\.0\.0\.1:\d+\/\S*)/);
    if (!url) throw new Error("it said no address");
    await program.logged(/ready/);
    return new Instance(folder, stage, choice, program, url.replace(/\/$/, ""));
  }

  get log(): string {
    return this.program.log;
  }

  /** The one-time token that the first account needs. */
  async setupToken(): Promise<string> {
    return (await readFile(join(this.folder, "data", "setup-token"), "utf8")).trim();
  }

  /** Asks the API with the role admin. */
  async ask<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { "X-Api-Key": KEY, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { data: T; error?: string };
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.error}`);
    return answer.data;
  }

  /** Caches a file by hand and waits until it is. */
  async cache(title: string, user?: string): Promise<void> {
    const { job_id: job } = await this.ask<{ job_id: string }>("POST", "/api/cached/files", {
      file_path: this.stage.video(title).path,
      ...(user ? { user_id: user } : {}),
    });
    for (;;) {
      const { state, error } = await this.ask<{ state: string; error: unknown }>("GET", `/api/jobs/${job}`);
      if (state === "done") return;
      if (state === "failed" || state === "cancelled") throw new Error(`${title}: ${JSON.stringify(error)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it, as a power cut does. */
  async kill(): Promise<void> {
    this.program.signal("SIGKILL");
    await this.program.stop();
  }

  /** Starts it again at the same address. */
  async again(): Promise<void> {
    this.program = run(this.folder, this.stage, this.choice, new URL(this.url).host);
    await this.program.logged(/ready/);
  }

  async close(): Promise<void> {
    await this.program.stop();
    await this.stage.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function run(folder: string, stage: Stage, choice: Choice, bind: string): Program {
  const { url, people } = stage.household;
  const env: Record<string, string> = {
    CACHERR_SERVER__BIND: bind,
    CACHERR_PLEX__URL: url,
    CACHERR_PLEX__CLOUD_URL: url,
    CACHERR_PLEX__CLOUD_INTERVAL: "50ms",
  };
  if (choice.start === "configured") {
    env.CACHERR_API_KEY = KEY;
    env.CACHERR_PLEX__TOKEN = people.user1?.account ?? "";
  }
  if (choice.basePath) env.CACHERR_SERVER__BASE_PATH = choice.basePath;
  return new Program(built("cacherr"), ["--data-dir", join(folder, "data"), "run"], env);
}
