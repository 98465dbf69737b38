/** Memory that frames are written to is used again once the kernel has them: what a slow peer has not got yet stays as it is. */

import { once } from "node:events";
import { connect, createServer, Socket as TcpSocket } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { nodePlatform } from "../../src/protocol/node/index.ts";
import { NodeStream } from "../../src/protocol/node/node-stream.ts";
import { systemClock } from "../../src/protocol/run/clock.ts";
import { EngineWire } from "../../src/socket/engine-wire.ts";
import { Heard } from "./wire-suite.ts";

test("a peer that reads and one that does not get their own messages, in order", { timeout: 20_000 }, async () => {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  onTestFinished(() => void listener.close());
  const { port } = listener.address() as { port: number };
  const quick = await connection();
  const slow = await connection();
  slow.peer.pause();
  const sent = { quick: "", slow: "" };

  // More than the kernel takes for one that does not read; what follows waits in the memory of both.
  send("slow", "x".repeat(16_000_000));
  for (let turn = 0; turn < 200; turn++) {
    for (const name of ["slow", "quick"] as const) {
      send(name, `${name} ${turn} `.repeat(20));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const wasFull = slow.wire.bufferedAmount > 0;
  slow.peer.resume();

  expect(wasFull).toBe(true);
  await expect.poll(() => quick.read().length).toBe(sent.quick.length);
  await expect.poll(() => slow.read().length, { timeout: 10_000 }).toBe(sent.slow.length);
  expect(quick.read() === sent.quick).toBe(true);
  expect(slow.read() === sent.slow).toBe(true);

  function send(name: "slow" | "quick", text: string): void {
    ({ slow, quick })[name].wire.send(text, false);
    sent[name] += text;
  }

  async function connection() {
    const accepted = once(listener, "connection") as Promise<[TcpSocket]>;
    const client = connect(port, "127.0.0.1");
    const [server] = await accepted;
    onTestFinished(() => void client.destroy());
    const end = (stream: TcpSocket, role: "server" | "client") => {
      const limits = { messageSize: 20_000_000 };
      const options = { role, platform: nodePlatform, clock: systemClock, closeTimeout: 1000, limits, deflate: null };
      const wire = new EngineWire(new NodeStream(stream), options);
      const heard = new Heard();
      wire.open(heard);
      return { wire, heard };
    };
    const { heard } = end(client, "client");
    return { wire: end(server, "server").wire, peer: client, read: () => heard.messages.join("") };
  }
});

test("only a socket of the system's is known to let go: another stream may hand on what it is given", () => {
  const socket = new TcpSocket();
  const others = [new PassThrough(), Duplex.from(new PassThrough())];

  expect(new NodeStream(socket).letsGo).toBe(true);
  expect(others.map((stream) => new NodeStream(stream).letsGo)).toEqual([false, false]);
});
