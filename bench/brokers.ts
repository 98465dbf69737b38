/** Messages per second from one process to a room of one member in another, through a real Redis and a real NATS. */

import { App, openRooms } from "../src/index.ts";
import { brokerAt, type EngineAddress } from "../test/cluster/engine-address.ts";
import { NatsServer } from "../test/support/nats-server.ts";
import { RedisServer } from "../test/support/redis-server.ts";
import { answer, Child } from "./support/child.ts";
import { openRaw } from "./support/raw-client.ts";

const ROOM = "bench";
const TEXT = "Antiphon. ".repeat(7).slice(0, 64);
/** What a member gets of it: the text, and the header of its frame. */
const FRAME = TEXT.length + 2;
const MESSAGES = 100_000;
/** Sent in one turn of the event loop. */
const BURSTS = [1, 100];

if (process.send === undefined) await measure();
else hear();

async function measure(): Promise<void> {
  const nats = new NatsServer({ jetstream: true });
  await nats.start();
  const redis = await RedisServer.start();
  for (const kind of ["redis", "nats"] as const) {
    const { url } = kind === "redis" ? redis : nats;
    const address: EngineAddress = { kind, url, namespace: "bench", lease: undefined };
    await using child = new Child(new URL(import.meta.url));
    await child.ask("open", address);
    await using rooms = await openRooms(brokerAt(address), { logger: false, publishBuffer: 2 ** 30 });
    for (const burst of BURSTS) {
      const count = burst === 1 ? MESSAGES / 10 : MESSAGES;
      const heard = child.ask<number>("heard", count);
      const began = performance.now();
      for (let sent = 0; sent < count; sent += burst) {
        for (let more = 0; more < burst; more++) rooms.room(ROOM).sendText(TEXT);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await heard;
      const perSecond = Math.round((count / (performance.now() - began)) * 1_000);
      console.log(
        `${kind}, ${burst} in a turn: ${perSecond.toLocaleString("en")} messages of ${TEXT.length} bytes per second`,
      );
    }
  }
  await redis.close();
  await nats.close();
}

/** The other process: an app, and the one client that it has. */
function hear(): void {
  let bytes = 0;
  let onBytes = () => {};
  answer({
    async open(address: EngineAddress) {
      const app = new App({ broker: brokerAt(address), logger: false });
      app.ws("/", { open: (socket) => void socket.join(ROOM) });
      const { port } = await app.listen({ port: 0 });
      const client = await openRaw({ port: Number(port), path: "/" });
      client.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        onBytes();
      });
      client.resume();
      await app.room(ROOM).ready();
    },
    /** Resolves when so many have come since the last question. */
    async heard(messages: number) {
      await new Promise<void>((resolve) => {
        onBytes = () => bytes >= messages * FRAME && resolve();
        onBytes();
      });
      bytes = 0;
    },
  });
}
