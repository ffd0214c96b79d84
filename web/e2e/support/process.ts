/** Programs that run beside a test, and end with it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

const ENDS_WITHIN = 15_000;

export class Program {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #log: string[] = [];
  readonly #ended: Promise<void>;

  constructor(path: string, args: string[], env: Record<string, string>) {
    // Nothing of our own surroundings may be taken for its configuration.
    const clean = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith("CACHERR_")),
    ) as Record<string, string>;
    this.#child = spawn(path, args, { env: { ...clean, ...env } });
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.once("error", (error) => {
        this.#log.push(String(error));
        resolve();
      });
    });
    createInterface({ input: this.#child.stderr }).on("line", (line) => this.#log.push(line));
  }

  get log(): string {
    return this.#log.join("\n");
  }

  get lines(): AsyncIterableIterator<string> {
    return createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Waits until the log has what is looked for. */
  async logged(wanted: RegExp): Promise<RegExpMatchArray> {
    const ended = this.#ended.then(() => true);
    for (;;) {
      const found = this.log.match(wanted);
      if (found) return found;
      const over = await Promise.race([
        ended,
        new Promise<false>((resolve) => setTimeout(resolve, 20, false)),
      ]);
      if (over) throw new Error(`it ended before it said ${wanted}:\n${this.log}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    this.#child.stdin.end();
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), ENDS_WITHIN);
    await this.#ended;
    clearTimeout(late);
  }
}
