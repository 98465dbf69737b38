/** The Receiver and the Sender of the package `ws`, as a second opinion on the wire. */

import { once } from "node:events";
import { createRequire } from "node:module";
import type { Writable } from "node:stream";
import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";
import type { Role } from "../../src/protocol/frame-header.ts";
import type { Message } from "../../src/protocol/message.ts";
import { join } from "./hex.ts";
import type { Recorded } from "./recorder.ts";

/** What `ws`, in this role, reads in the bytes; `deflate` is its own side of the agreement. Throws what it complains of. */
export async function receiveWithWs(role: Role, bytes: Uint8Array, deflate: DeflateAgreement | null) {
  const events: Recorded[] = [];
  const receiver = new Receiver({ isServer: role === "server", extensions: extensions(role, deflate) });
  receiver.on("message", (data: Buffer, isBinary: boolean) =>
    events.push({ type: "message", data: isBinary ? new Uint8Array(data) : data.toString() }),
  );
  receiver.on("ping", (payload: Buffer) => events.push({ type: "ping", payload: new Uint8Array(payload) }));
  receiver.on("pong", (payload: Buffer) => events.push({ type: "pong", payload: new Uint8Array(payload) }));
  receiver.on("conclude", (code: number, reason: Buffer) =>
    events.push({ type: "close", code, reason: reason.toString(), wasClean: true }),
  );
  // It finishes once it has read everything, unless it was told to close before.
  const ended = Promise.race([once(receiver, "finish"), once(receiver, "conclude")]);
  receiver.end(Buffer.from(bytes));
  await ended;
  return events;
}

/** One call to `ws`'s Sender. */
export type WsCall =
  | { readonly type: "send"; readonly data: Message; readonly fin: boolean; readonly compress: boolean }
  | { readonly type: "ping" | "pong"; readonly payload: Uint8Array }
  | { readonly type: "close"; readonly code: number | undefined; readonly reason: string };

/** What `ws`, in this role, puts on the wire for these calls. */
export async function sendWithWs(role: Role, calls: readonly WsCall[], deflate: DeflateAgreement | null) {
  const pieces: Uint8Array[] = [];
  const socket = {
    cork() {},
    uncork() {},
    write(piece: Uint8Array | string, done?: () => void) {
      pieces.push(typeof piece === "string" ? Buffer.from(piece) : new Uint8Array(piece));
      done?.();
    },
  };
  const sender = new Sender(socket, extensions(role, deflate));
  const mask = role === "client";
  let sent: Promise<void> = Promise.resolve();
  for (const call of calls) {
    sent = new Promise((resolve) => {
      if (call.type === "close") sender.close(call.code, call.reason, mask, resolve);
      else if (call.type !== "send") sender[call.type](Buffer.from(call.payload), mask, resolve);
      else {
        const { data, fin, compress } = call;
        const binary = typeof data !== "string";
        sender.send(binary ? Buffer.from(data) : data, { binary, fin, compress, mask }, resolve);
      }
    });
  }
  await sent;
  return join(...pieces);
}

interface WsReceiver extends Writable {}

interface WsSender {
  send(data: Buffer | string, options: Record<string, boolean>, done: () => void): void;
  ping(payload: Buffer, mask: boolean, done: () => void): void;
  pong(payload: Buffer, mask: boolean, done: () => void): void;
  close(code: number | undefined, reason: string, mask: boolean, done: () => void): void;
}

// @types/ws does not know these three.
const { Receiver, Sender, PerMessageDeflate } = createRequire(import.meta.url)("ws") as {
  Receiver: new (options: object) => WsReceiver;
  Sender: new (socket: object, extensions: object) => WsSender;
  PerMessageDeflate: new (options: object) => { accept(parameters: object[]): void };
};

function extensions(role: Role, deflate: DeflateAgreement | null) {
  if (deflate === null) return {};
  const { sendWindowBits, receiveWindowBits, sendTakeover, receiveTakeover, threshold } = deflate;
  const [server, client] = role === "server" ? ["server", "client"] : ["client", "server"];
  const extension = new PerMessageDeflate({ isServer: role === "server", threshold });
  extension.accept([
    {
      ...(sendWindowBits < 15 && { [`${server}_max_window_bits`]: [sendWindowBits] }),
      ...(receiveWindowBits < 15 && { [`${client}_max_window_bits`]: [receiveWindowBits] }),
      ...(!sendTakeover && { [`${server}_no_context_takeover`]: [true] }),
      ...(!receiveTakeover && { [`${client}_no_context_takeover`]: [true] }),
    },
  ]);
  return { "permessage-deflate": extension };
}
