/** A native WebSocket (undici's, which is as WHATWG wants it) and an engine on the server, over loopback TCP, as wires. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket as TcpSocket } from "node:net";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { Agent, WebSocket } from "undici";
import { onTestFinished } from "vitest";
import type { NativeSocket } from "../../../src/client/browser/native-socket.ts";
import { nativeWire } from "../../../src/client/browser/native-wire.ts";
import { acceptUpgrade, encodeResponseHead, readUpgrade } from "../../../src/protocol/index.ts";
import { nodePlatform, toUpgradeRequest } from "../../../src/protocol/node/index.ts";
import { NodeStream } from "../../../src/protocol/node/node-stream.ts";
import { systemClock } from "../../../src/protocol/run/clock.ts";
import { EngineWire } from "../../../src/socket/engine-wire.ts";
import type { Wire } from "../../../src/socket/wire.ts";
import type { WireEnd } from "../../socket/wire-suite.ts";
import { Heard } from "../../socket/wire-suite.ts";
import { settle } from "../../support/socket-pair.ts";
import { within } from "../../support/within.ts";

/** Both ends, open, and the TCP below them: what is corked there waits. */
export interface NativePair {
  readonly native: WireEnd & { readonly tcp: TcpSocket };
  readonly engine: WireEnd & { readonly tcp: TcpSocket };
  settle(): Promise<void>;
}

const OPTIONS = { clock: systemClock, closeTimeout: 10_000 };

/** A new pair. */
export async function nativePair(): Promise<NativePair> {
  const server = createServer();
  const upgraded = new Promise<Wire & { tcp?: Duplex }>((resolve) => {
    server.on("upgrade", (request, stream: Duplex, head: Buffer) => {
      const upgrade = readUpgrade(toUpgradeRequest(request));
      if (upgrade.type === "refuse") throw new Error(`refused with ${upgrade.status}`);
      const { response } = acceptUpgrade(upgrade, { compression: null, protocol: undefined });
      stream.write(encodeResponseHead(response));
      const options = {
        role: "server",
        platform: nodePlatform,
        deflate: null,
        limits: { messageSize: 2 ** 26 },
      } as const;
      const wire = new EngineWire(new NodeStream(stream, head), { ...OPTIONS, ...options });
      resolve(Object.assign(wire, { tcp: stream }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const tcp = connect({ port, host: "127.0.0.1", noDelay: true });
  const dispatcher = new Agent({
    connect: (_options, connected) => void tcp.once("connect", () => connected(null, tcp)),
  });
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { dispatcher });
  socket.binaryType = "arraybuffer";
  await within(once(socket as unknown as EventTarget, "open"), "native WebSocket");
  const native = makeEnd(nativeWire(socket as unknown as NativeSocket, systemClock, OPTIONS), tcp);
  const accepted = await within(upgraded, "upgrade");
  const engine = makeEnd(accepted, accepted.tcp as TcpSocket);
  onTestFinished(() => {
    tcp.destroy();
    engine.tcp.destroy();
    server.close();
  });
  return { native, engine, settle: () => untilQuiet([native, engine]) };
}

function makeEnd(wire: Wire, tcp: TcpSocket) {
  const heard = new Heard();
  wire.open(heard);
  return { wire, heard, tcp };
}

/** Until nothing has come or gone for a while; the native side looks at its buffer every few milliseconds. */
async function untilQuiet(ends: readonly (WireEnd & { readonly tcp: TcpSocket })[]): Promise<void> {
  const snapshot = () =>
    JSON.stringify(
      ends.map(({ heard, wire, tcp }) => [
        [tcp.bytesRead, tcp.bytesWritten, tcp.writableLength, tcp.closed],
        [heard.messages.length, heard.ends.length, heard.pongs.length, wire.bufferedAmount],
      ]),
    );
  for (let last = "", same = 0; same < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 4));
    await settle();
    same = snapshot() === last ? same + 1 : 0;
    last = snapshot();
  }
}
