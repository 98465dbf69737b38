/** A process with an app whose clients are silent; it answers questions about what they cost. Started by the test. */

import { setTimeout as sleep } from "node:timers/promises";
import { answer } from "../../bench/support/child.ts";
import { App } from "../../src/index.ts";
import type { Insides } from "../soak/insides.ts";
import { insides, watchInsides } from "../soak/insides.ts";
import { liveTimers, watchTimers } from "../soak/live-timers.ts";

/** What the process holds, without garbage. */
export interface Holdings {
  readonly sockets: number;
  readonly insides: Insides;
  /** What Node waits for, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly timers: readonly string[];
  /** Bytes. */
  readonly live: number;
  readonly rss: number;
}

watchTimers();
watchInsides();
const app = new App({ logger: false });
app.ws("/handler", async (socket) => {
  socket.join("everybody");
  for await (const _ of socket) throw new Error("an idle client has spoken");
});
app.ws("/events", {
  open: (socket) => {
    socket.join("everybody");
  },
  message: () => {
    throw new Error("an idle client has spoken");
  },
});

answer({
  listen: async () => (await app.listen({ port: 0 })).port,
  async holdings(): Promise<Holdings> {
    for (let turn = 0; turn < 4; turn++) {
      globalThis.gc!();
      await sleep(50);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return {
      sockets: app.sockets.size,
      insides: insides(),
      resources: counted(process.getActiveResourcesInfo()),
      timers: liveTimers(),
      live: heapUsed + external,
      rss,
    };
  },
  sockets: () => app.sockets.size,
  /** Those with something under way, and those that only wait. */
  connections: () => insides()["connections"]! + app.sockets.size,
  broadcast: (text: string) => app.broadcast(text),
  close: () => app.close({ timeout: 5000 }),
});

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
