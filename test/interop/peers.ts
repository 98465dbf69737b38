/** WebSocket clients of three makers, behind one face: `ws`, undici, and our engine. */

import { WebSocket as UndiciWebSocket } from "undici";
import WebSocket from "ws";
import type { DeflateAgreement, Engine, Message, ResolvedCompression } from "../../src/protocol/index.ts";
import { openClient } from "../support/client.ts";
import { deferred } from "../support/deferred.ts";
import { Inbox } from "../support/inbox.ts";
import { within } from "../support/within.ts";

/** An open connection, seen from the client. */
export interface Peer {
  readonly protocol: string;
  /** What the server answered to our extensions; for our own client, whether there is an agreement. */
  readonly extensions: string;
  readonly messages: Inbox<Message>;
  readonly closed: Promise<Closed>;
  send(data: Message): void;
  close(code?: number, reason?: string): void;
}

/** How it ended, as this client tells it. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** What can be said to all. */
export interface PeerOptions {
  readonly protocols?: string[];
  /** `false`: none is offered. */
  readonly compression: boolean;
}

/** Options for ws that leave most of the time to us. */
export const FAST = { threshold: 0, zlibDeflateOptions: { level: 1 } };

/** `ws` as client, and its own options. */
export async function openWs(
  port: number,
  { protocols = [], compression, ...options }: PeerOptions & WebSocket.ClientOptions,
): Promise<Peer & { readonly socket: WebSocket }> {
  const perMessageDeflate = compression && FAST;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, { perMessageDeflate, ...options });
  const messages = new Inbox<Message>();
  socket.on("message", (data: Buffer, isBinary) => messages.push(isBinary ? data : data.toString()));
  const closed = new Promise<Closed>((resolve) =>
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  // `socket.extensions` of ws leaves the parameters out.
  let extensions = "";
  socket.on("upgrade", ({ headers }) => {
    extensions = headers["sec-websocket-extensions"] ?? "";
  });
  await within(opened(socket), "open connection of ws");
  return {
    socket,
    messages,
    closed,
    protocol: socket.protocol,
    extensions,
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
  };
}

/** undici's `WebSocket`, which is Node's own. It always offers compression, and never compresses what it sends. */
export async function openUndici(port: number, { protocols = [] }: PeerOptions): Promise<Peer> {
  const socket = new UndiciWebSocket(`ws://127.0.0.1:${port}/`, protocols);
  socket.binaryType = "arraybuffer";
  const messages = new Inbox<Message>();
  socket.onmessage = ({ data }) => messages.push(typeof data === "string" ? data : Buffer.from(data as ArrayBuffer));
  const closed = new Promise<Closed>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve({ code, reason });
  });
  const open = new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = ({ error, message }) => reject(error ?? new Error(message));
  });
  await within(open, "open connection of undici");
  return {
    messages,
    closed,
    protocol: socket.protocol,
    extensions: socket.extensions,
    send: (data) => socket.send(typeof data === "string" ? data : new Uint8Array(data)),
    close: (code, reason) => socket.close(code, reason),
  };
}

/** Our own client, and what only it has. */
export interface OurPeer extends Peer {
  readonly engine: Engine;
  readonly deflate: DeflateAgreement | null;
  readonly pings: Inbox<Uint8Array>;
  readonly pongs: Inbox<Uint8Array>;
}

/** Our own engine as client. */
export async function openOurs(
  port: number,
  { protocols = [], compression }: { readonly protocols?: string[]; readonly compression: ResolvedCompression | null },
): Promise<OurPeer> {
  const messages = new Inbox<Message>();
  const pings = new Inbox<Uint8Array>();
  const pongs = new Inbox<Uint8Array>();
  const closed = deferred<Closed>();
  const { engine, opened } = await openClient(port, {
    protocols,
    compression,
    limits: { messageSize: 64 << 20 },
    sink: {
      message: (data) => messages.push(data),
      ping: (payload) => pings.push(payload),
      pong: (payload) => pongs.push(payload),
      close: ({ code, reason, error }) =>
        closed.resolve({ code, reason: error === undefined ? reason : error.message }),
    },
  });
  return {
    engine,
    deflate: opened.deflate,
    messages,
    pings,
    pongs,
    closed: closed.promise,
    protocol: opened.protocol,
    extensions: opened.deflate === null ? "" : "permessage-deflate",
    send: (data) => engine.send(data),
    close: (code, reason) => engine.close(code, reason),
  };
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on("open", resolve);
    // Without a listener a late error, such as a reset, would end the process.
    socket.on("error", reject);
  });
}
