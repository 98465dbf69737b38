/** A WebSocket client over TCP for tests: our handshake and our engine, in the client's role. */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Engine, EngineSink, Limits, Opened, ResolvedCompression } from "../../src/protocol/index.ts";
import {
  checkResponse,
  createUpgrade,
  defaultLimits,
  encodeRequestHead,
  HeadParser,
} from "../../src/protocol/index.ts";
import { runEngine } from "../../src/protocol/node/index.ts";

export interface OpenOptions {
  readonly sink: EngineSink;
  readonly target?: string;
  readonly protocols?: readonly string[];
  readonly compression?: ResolvedCompression | null;
  readonly limits?: Partial<Limits>;
  readonly closeTimeout?: number;
  /** Called with the engine before its first message. */
  readonly onEngine?: (engine: Engine) => void;
}

/** Connects to 127.0.0.1, shakes hands and runs an engine; rejects with the `HandshakeError` of a failed handshake. */
export async function openClient(
  port: number,
  { sink, target = "/", protocols = [], compression = null, limits, closeTimeout, onEngine }: OpenOptions,
): Promise<{ engine: Engine; stream: Socket; opened: Opened }> {
  const stream = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(stream, "connect");
  const sent = createUpgrade({
    http: 1,
    authority: `127.0.0.1:${port}`,
    target,
    protocols,
    compression,
    nonce: randomBytes(16),
  });
  stream.write(encodeRequestHead(sent));
  const parser = HeadParser.ofResponse(defaultLimits);
  for (;;) {
    const chunk: Buffer | null = stream.read();
    if (chunk === null) {
      if (stream.readableEnded || stream.destroyed) throw new Error("the server ended the connection in the handshake");
      await Promise.race([once(stream, "readable"), once(stream, "end")]);
      continue;
    }
    const head = parser.push(chunk);
    if (head === null) continue;
    if (head.type === "fail") throw head.error;
    const opened = checkResponse(sent, head);
    if (opened.type !== "open") {
      stream.destroy();
      throw opened.type === "fail" ? opened.error : new Error("interim answer");
    }
    stream.removeAllListeners("readable");
    const engine = runEngine(stream, {
      role: "client",
      sink,
      deflate: opened.deflate,
      head: head.rest,
      ...(limits && { limits }),
      ...(closeTimeout !== undefined && { closeTimeout }),
    });
    onEngine?.(engine);
    return { engine, stream, opened };
  }
}
