/** A load that waits for its answers: a burst goes out, everybody who should gets all of it, and the next one goes out. */

import type { Crowd } from "./crowd.ts";

/** Milliseconds without an end, after which something is missing. */
const PATIENCE = 20_000;

/** `echo`: each client for itself. `room`: the first one sends, and all get it. */
export type Shape = "echo" | "room";

/** Has the crowd work until this time, of `performance.now()`, and every burst is complete; gives how many messages came. */
export async function runClosedLoop(crowd: Crowd, shape: Shape, until: number): Promise<number> {
  const burst = Buffer.concat([...crowd.script.frames]);
  const inFlight = crowd.script.frames.length;
  const { clients } = crowd;
  const loop = shape === "echo" ? echo : room;
  const work = loop(crowd, { until, inFlight, send: (client) => clients[client]!.send(burst) });
  return crowd.within(PATIENCE + Math.max(0, until - performance.now()), "answers", work);
}

interface Loop {
  readonly until: number;
  readonly inFlight: number;
  readonly send: (client: number) => void;
}

function echo(crowd: Crowd, { until, inFlight, send }: Loop): Promise<number> {
  const missing = new Int32Array(crowd.clients.length).fill(inFlight);
  let working = crowd.clients.length;
  let count = 0;
  return new Promise((resolve, reject) => {
    crowd.heard = (client, messages) => {
      const left = missing[client]! - messages;
      count += messages;
      if (left < 0) return reject(new Error("more came than was asked for"));
      missing[client] = left;
      if (left > 0) return;
      if (performance.now() >= until) {
        if (--working === 0) resolve(count);
        return;
      }
      missing[client] = inFlight;
      send(client);
    };
    for (let client = 0; client < working; client++) send(client);
  });
}

function room(crowd: Crowd, { until, inFlight, send }: Loop): Promise<number> {
  const perBurst = inFlight * crowd.clients.length;
  let missing = perBurst;
  let count = 0;
  return new Promise((resolve, reject) => {
    crowd.heard = (_, messages) => {
      missing -= messages;
      if (missing > 0) return;
      if (missing < 0) return reject(new Error("more came than was asked for"));
      count += perBurst;
      if (performance.now() >= until) return resolve(count);
      missing = perBurst;
      send(0);
    };
    send(0);
  });
}
