/** A load of visits: so many clients come at once, each says what it has to say, one message after the other, and leaves. */

import { Crowd, type CrowdOptions } from "./crowd.ts";
import type { Percentiles } from "./percentiles.ts";
import { percentilesOf } from "./percentiles.ts";

/** What came of it. */
export interface Visited extends Percentiles {
  readonly messages: number;
  readonly connections: number;
}

/** Milliseconds that a crowd may take for all. */
const PATIENCE = 20_000;

/** Crowd after crowd, until this time, of `performance.now()`. The times are those of an answer. */
export async function runVisits(options: CrowdOptions, until: number): Promise<Visited> {
  const times: number[] = [];
  let connections = 0;
  do {
    await visit(options, times);
    connections += options.connections;
  } while (performance.now() < until);
  return { messages: times.length, connections, ...percentilesOf(Float64Array.from(times)) };
}

async function visit(options: CrowdOptions, times: number[]): Promise<void> {
  const crowd = new Crowd(options);
  const { clients, script } = crowd;
  const said = new Int32Array(options.connections);
  const since = new Float64Array(options.connections);
  const speak = (client: number) => {
    since[client] = performance.now();
    clients[client]!.send(script.frames[said[client]!]!);
  };
  const talk = () =>
    new Promise<void>((resolve, reject) => {
      let leaving = options.connections;
      crowd.heard = (client, messages) => {
        if (messages !== 1) return reject(new Error("more came than was asked for"));
        times.push(performance.now() - since[client]!);
        if (++said[client]! < script.frames.length) return speak(client);
        clients[client]!.leave().then(() => {
          if (--leaving === 0) resolve();
        }, reject);
      };
      for (let client = 0; client < options.connections; client++) speak(client);
    });
  try {
    await crowd.open(options.connections, options.connections);
    await crowd.witness(() => crowd.within(PATIENCE, "answers and goodbyes", talk()));
  } finally {
    crowd.close();
  }
}
