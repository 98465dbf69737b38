/** A process with one contender's clients in it, written as its users would. Told what to do by `client.ts`. */

import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket as Undici } from "undici";
import { WebSocket } from "ws";
import type { ConnectOptions } from "../../src/client/index.ts";
import { connect } from "../../src/client/index.ts";
import { answer } from "./child.ts";

/** What a load is: connections that each keep so many texts on their way to an echo and back. */
interface Load {
  readonly port: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly size: number;
}

/** One connection: sends a text for each that comes, and `inFlight` to begin with; `count` counts what came. */
type Open = (url: string, text: string, inFlight: number, count: () => void) => Promise<{ stop(): void }>;

/** Ours, with these options. */
function ours(options: ConnectOptions): Open {
  return async (url, text, inFlight, count) => {
    const socket = await connect(url, options);
    void (async () => {
      for (let i = 0; i < inFlight; i++) void socket.sendText(text);
      for await (const _ of socket.iterText()) {
        count();
        await socket.sendText(text);
      }
    })().catch(() => {});
    return { stop: () => socket.terminate() };
  };
}

const CLIENTS: Readonly<Record<string, Open>> = {
  antiphon: ours({}),

  /** The same, and it would come back. */
  reconnect: ours({ reconnect: true }),

  ws(url, text, inFlight, count) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.on("error", reject);
      socket.on("message", (data: Buffer) => {
        data.toString();
        count();
        socket.send(text);
      });
      socket.on("open", () => {
        for (let i = 0; i < inFlight; i++) socket.send(text);
        resolve({ stop: () => socket.terminate() });
      });
    });
  },

  /** What Node has as its global `WebSocket` from 22 on. */
  undici(url, text, inFlight, count) {
    return new Promise((resolve, reject) => {
      const socket = new Undici(url);
      let stopped = false;
      socket.addEventListener("error", reject);
      socket.addEventListener("message", () => {
        count();
        if (!stopped) socket.send(text);
      });
      socket.addEventListener("open", () => {
        for (let i = 0; i < inFlight; i++) socket.send(text);
        const stop = () => {
          stopped = true;
          socket.close();
        };
        resolve({ stop });
      });
    });
  },
};

const open = CLIENTS[process.argv[2]!]!;

answer({
  /** Runs the load for so many milliseconds after a warm-up; gives microseconds of CPU time for each round trip. */
  async run({ port, connections, inFlight, size, warmUp, sample }: Load & { warmUp: number; sample: number }) {
    let count = 0;
    const text = "x".repeat(size);
    const url = `ws://127.0.0.1:${port}/echo`;
    const sockets = await Promise.all(
      Array.from({ length: connections }, () => open(url, text, inFlight, () => count++)),
    );
    await sleep(warmUp);
    const [before, counted] = [process.cpuUsage(), count];
    await sleep(sample);
    const { user, system } = process.cpuUsage(before);
    const trips = count - counted;
    for (const socket of sockets) socket.stop();
    await sleep(50);
    return (user + system) / trips;
  },
});
