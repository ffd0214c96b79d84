/** The simulated Plex with a household that does what it is told (`tests/simulator/stage.rs`). */

import { built } from "./built";
import { Program } from "./process";

interface Video {
  key: number;
  path: string;
}

interface Household {
  url: string;
  movies: string;
  series: string;
  videos: Record<string, Video>;
  people: Record<string, { id: number; name: string; account: string; server: string }>;
}

export class Stage {
  private constructor(
    readonly household: Household,
    private readonly program: Program,
    private readonly answers: AsyncIterableIterator<string>,
  ) {}

  static async open(folder: string): Promise<Stage> {
    const program = new Program(built("examples/simulator"), ["127.0.0.1:0", folder], {});
    const answers = program.lines;
    const first = await answers.next();
    if (first.done) throw new Error(`the simulated Plex did not start:\n${program.log}`);
    return new Stage(JSON.parse(first.value) as Household, program, answers);
  }

  video(title: string): Video {
    const video = this.household.videos[title];
    if (!video) throw new Error(`no video is called ${title}`);
    return video;
  }

  person(name: string): number {
    const person = this.household.people[name];
    if (!person) throw new Error(`nobody is called ${name}`);
    return person.id;
  }

  /** Somebody begins to play; what is returned ends it. */
  async play(name: string, title: string): Promise<() => Promise<void>> {
    const given = { person: this.person(name), video: this.video(title).key, player: "Living room" };
    const { session } = await this.#ask({ start: given });
    await this.#ask({ progress: { session, seconds: 60 } });
    return async () => {
      await this.#ask({ stop: { session } });
    };
  }

  async wish(name: string, title: string): Promise<void> {
    await this.#ask({ watchlist: { person: this.person(name), video: this.video(title).key } });
  }

  /** Somebody types the code of a sign-in at plex.tv. */
  async approve(name: string, code: string): Promise<void> {
    await this.#ask({ approve: { person: this.person(name), code } });
  }

  async close(): Promise<void> {
    await this.program.stop();
  }

  async #ask(what: Record<string, unknown>): Promise<Record<string, unknown>> {
    this.program.say(JSON.stringify(what));
    const line = await this.answers.next();
    if (line.done) throw new Error(`the simulated Plex is gone:\n${this.program.log}`);
    const answer = JSON.parse(line.value) as Record<string, unknown>;
    if (typeof answer.error === "string") throw new Error(answer.error);
    return answer;
  }
}
