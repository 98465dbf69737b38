/** 15,000 connections that say nothing: heap and resident bytes of each, plain and with compression agreed. */

import type { Sample, ServerName } from "../model.ts";
import { describeMachine } from "../run/machine.ts";
import type { Place, RunnableScenario, Stage } from "../scenario.ts";
import type { Bytes, Rests } from "./resting.ts";
import { measureRest } from "./resting.ts";

const CONNECTIONS = 15_000;

/** They come in batches, and what a batch has added is a sample: one process, thousands of connections, and still an interval. */
const BATCHES = 5;

/** For what a process opens beside its connections. */
const OTHER_FILES = 200;

const PLAIN: readonly ServerName[] = [
  "antiphon",
  "antiphon-iterator",
  "antiphon-receive",
  "ws",
  "crossws",
  "socket.io",
  "bun",
  "net",
  "http",
];

/** A thousand of them take long, so that not all are asked who could. */
const COMPRESSED: readonly ServerName[] = ["antiphon", "antiphon-iterator", "ws", "crossws", "bun"];

/** Heap and resident bytes are of the same process: the scenario that comes second takes what the first has measured. */
class Measurements {
  readonly #compressed: boolean;
  readonly #made = new Map<ServerName, Rests>();

  constructor(compressed: boolean) {
    this.#compressed = compressed;
  }

  scenario(what: keyof Bytes): RunnableScenario {
    const servers = this.#compressed ? COMPRESSED : PLAIN;
    return {
      scenario: {
        id: `idle-15000-${what}${this.#compressed ? "-compressed" : ""}`,
        group: "idle",
        title: `15,000 idle connections${this.#compressed ? ", compression agreed (no takeover)" : ""}`,
        unit: `${what === "heap" ? "heap" : "resident"} bytes per connection`,
        lowerIsBetter: true,
      },
      // Bun tells nothing of a heap that would be like that of V8.
      servers: what === "heap" ? servers.filter((name) => name !== "bun") : servers,
      isLong: true,
      rounds: BATCHES,
      seconds: { start: 0, sample: what === "heap" ? 9 / BATCHES : 0 },
      start: (server, place) => this.#start(server, what, place),
    };
  }

  /** All servers are started together, and each measures in its first turn, when the others are still. */
  async #start(server: ServerName, what: keyof Bytes, place: Place): Promise<Stage> {
    let round = 0;
    return {
      sample: async () => {
        const rests = this.#made.get(server) ?? (await this.#measure(server, place));
        this.#made.set(server, rests);
        return toSample(rests, what, round++ % BATCHES);
      },
      close: async () => {},
    };
  }

  #measure(server: ServerName, place: Place): Promise<Rests> {
    const most = Math.min(CONNECTIONS, describeMachine().fileLimit - OTHER_FILES);
    const connections = Array.from({ length: BATCHES }, (_, at) => Math.floor((most / BATCHES) * (at + 1)));
    return measureRest({ server, compressed: this.#compressed, connections }, place);
  }
}

/** What a batch has added, with the figures of all of them beside it. */
function toSample({ silent, spoken }: Rests, what: keyof Bytes, batch: number): Sample {
  const total = (at: number) => (at < 0 ? 0 : silent[at]!.connections * silent[at]!.each[what]);
  const added = silent[batch]!.connections - (silent[batch - 1]?.connections ?? 0);
  const all = silent.at(-1)!;
  const extra = {
    connections: all.connections,
    overall: all.each[what],
    ...(spoken && { afterOneMessage: spoken.each[what] }),
  };
  return { value: (total(batch) - total(batch - 1)) / added, extra };
}

const plain = new Measurements(false);
const compressed = new Measurements(true);

export const idle: readonly RunnableScenario[] = [
  plain.scenario("heap"),
  plain.scenario("rss"),
  compressed.scenario("heap"),
  compressed.scenario("rss"),
];
