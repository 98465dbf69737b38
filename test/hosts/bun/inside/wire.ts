/** The wire of Bun's own server, tested inside Bun: the suite of all wires, and what only it does. */

import { once } from "node:events";
import { unlinkSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { bunRuntime } from "../../../../src/hosts/bun/bun-runtime.ts";
import { serveOnBun } from "../../../../src/hosts/bun/bun-server.ts";
import type { Limits } from "../../../../src/protocol/index.ts";
import { defaultLimits } from "../../../../src/protocol/index.ts";
import { NodeStream } from "../../../../src/protocol/node/node-stream.ts";
import { nodePlatform } from "../../../../src/protocol/node/platform.ts";
import { systemClock } from "../../../../src/protocol/run/clock.ts";
import { EngineWire } from "../../../../src/socket/engine-wire.ts";
import type { Wire } from "../../../../src/socket/wire.ts";
import type { WireEnd, WirePair } from "../../../socket/wire-suite.ts";
import { Heard, wireSuite } from "../../../socket/wire-suite.ts";
import { FakeApp, open } from "../../node/fake-app.ts";

const LARGE: Limits = { ...defaultLimits, messageSize: 64 * 1024 * 1024 };

/** Over a unix socket: the system holds a few hundred kilobytes for it, and no more. */
async function onBun(limits: Limits = LARGE): Promise<WirePair> {
  const path = join(tmpdir(), `antiphon-${process.pid}-${crypto.randomUUID().slice(0, 8)}.sock`);
  let wire: Wire | undefined;
  const heard = new Heard();
  const app = new FakeApp({
    limits: { messageSize: LARGE.messageSize },
    handshake: (handshake) => {
      wire = open(handshake, limits);
      wire!.open(heard);
    },
  });
  const listener = serveOnBun(bunRuntime()!, app, { place: { type: "unix", path }, tls: undefined });
  onTestFinished(async () => {
    await listener.close();
    try {
      unlinkSync(path);
    } catch {
      // Bun may have done it.
    }
  });
  const tcp = connect({ path, allowHalfOpen: true });
  tcp.write(HEAD);
  const [answer] = (await once(tcp, "data")) as [Buffer];
  const end = answer.indexOf("\r\n\r\n") + 4;
  expect(answer.toString("latin1", 0, 12)).toBe("HTTP/1.1 101");
  const client: WireEnd = {
    heard: new Heard(),
    wire: new EngineWire(new NodeStream(tcp, answer.subarray(end)), {
      role: "client",
      platform: nodePlatform,
      clock: systemClock,
      closeTimeout: 10_000,
      limits,
      deflate: null,
    }),
  };
  client.wire.open(client.heard);
  const server = { wire: wire!, heard };
  return {
    server,
    client,
    settle: () => untilQuiet([server, client]),
    block: () => tcp.pause(),
    unblock: () => tcp.resume(),
  };
}

const HEAD = [
  "GET / HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "",
  "",
].join("\r\n");

/** Until nothing has come or gone for a while. */
async function untilQuiet(ends: readonly WireEnd[]): Promise<void> {
  const snapshot = () =>
    JSON.stringify(
      ends.map(({ wire, heard }) => [
        heard.messages.length,
        heard.ends.length,
        heard.pongs.length,
        wire.bufferedAmount,
      ]),
    );
  for (let last = "", same = 0; same < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    same = snapshot() === last ? same + 1 : 0;
    last = snapshot();
  }
}

wireSuite("Bun's own server", () => onBun(), {
  sendStream: "Bun sends whole messages only",
  goodbye: "Bun answers the peer's Close frame by itself, at once",
  endsAtOnce: "Bun tells the end when its own Close frame is out",
});
