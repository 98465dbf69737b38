/** What a test client looks for at the end, beyond its own sockets and handlers: listeners of rooms, and timers. */

import { roomNameOf, userIdOf } from "../rooms/topic.ts";
import type { AppSide } from "./app/app-side.ts";
import { timersLeft, watchTimers } from "./app/timer-watch.ts";
import type { ResolvedClientOptions } from "./test-client-options.ts";

/** Begins to look when it is made. */
export class Look {
  readonly #app: AppSide;
  readonly #options: ResolvedClientOptions;
  readonly #before: ReadonlyMap<string, number>;
  readonly #unwatch: () => void;

  constructor(app: AppSide, options: ResolvedClientOptions) {
    this.#app = app;
    this.#options = options;
    this.#before = app.hosted.roomListeners();
    this.#unwatch = options.leftovers ? watchTimers() : () => {};
  }

  /** A clause for each thing that is left over. `isOnly`: nobody else uses the app meanwhile. */
  async end(isOnly: boolean): Promise<string[]> {
    if (!this.#options.leftovers) return [];
    const timers = await timersLeft((record) => this.#app.has(record), this.#options.timeout);
    this.#unwatch();
    // What others listen to is theirs.
    return [...timers, ...(isOnly ? this.#listeners() : [])];
  }

  #listeners(): string[] {
    return [...this.#app.hosted.roomListeners()].flatMap(([topic, count]) => {
      const more = count - (this.#before.get(topic) ?? 0);
      if (more <= 0) return [];
      const what = more === 1 ? "1 listener" : `${more} listeners`;
      return [`${what} of onJoin or onLeave at ${nameOf(topic)} ${more === 1 ? "was" : "were"} not ended`];
    });
  }
}

/** As the app knows it: by its topic. */
function nameOf(topic: string): string {
  const room = roomNameOf(topic);
  return room === undefined ? `the user ${JSON.stringify(userIdOf(topic))}` : `the room ${JSON.stringify(room)}`;
}
