/** Who is measured: our engine, and the Receiver and Sender of `ws`, without and with its native modules. */

import { createRequire } from "node:module";
import { Writable } from "node:stream";
import type { DeflateAgreement, Message, Role } from "../src/protocol/index.ts";
import { Engine } from "../src/protocol/index.ts";
import { nodePlatform } from "../src/protocol/node/index.ts";

/** One way to do the work. Both resolve when every message has come out at the other side. */
export interface Contender {
  readonly name: "antiphon" | "ws" | "ws+native";
  /** Receives `count` messages out of `chunks`, which it may change. */
  receive(task: Task, chunks: readonly Uint8Array[], count: number): void | Promise<void>;
  /** Sends the message `count` times, `IN_FLIGHT` in a turn, and drops the bytes. */
  send(task: Task, data: Message, count: number): void | Promise<void>;
}

/** What is measured. `role` is the side that works. */
export interface Task {
  readonly role: Role;
  readonly kind: "text" | "binary";
  readonly compression: "off" | "alone" | "takeover";
}

/** Messages that leave together, as when 16 come in one chunk and each is answered. */
export const IN_FLIGHT = 16;

/** A sender hands over what it has when there is much of it. */
const HANDED_OVER = 65_536;

const LIMIT = 64 * 1024 * 1024;

export const antiphon: Contender = {
  name: "antiphon",
  receive({ role, compression }, chunks, count) {
    let left = count;
    let finish = () => {};
    const message = () => {
      if (--left === 0) finish();
    };
    const sink = { message, close: fail };
    const engine = new Engine({
      role,
      sink,
      deflate: agreement(compression),
      platform: nodePlatform,
      limits: { messageSize: LIMIT },
    });
    for (const chunk of chunks) engine.receive(chunk);
    // Compressed ones may take more than this turn.
    return left === 0 ? undefined : new Promise((resolve) => (finish = resolve));
  },
  send({ role, compression }, data, count) {
    const socket = new NullSocket();
    const sink = { message: () => {}, close: fail };
    const engine = new Engine({ role, sink, deflate: agreement(compression), platform: nodePlatform });
    for (let i = 1; i <= count; i++) {
      engine.send(data);
      if (i % IN_FLIGHT !== 0 && i !== count && engine.outputSize < HANDED_OVER) continue;
      const pieces = engine.take();
      if (pieces.length > 1) socket.cork();
      for (const piece of pieces) socket.write(piece);
      if (pieces.length > 1) socket.uncork();
    }
  },
};

function fail(info: unknown): never {
  throw new Error(`closed: ${JSON.stringify(info)}`);
}

function agreement(compression: Task["compression"]): DeflateAgreement | null {
  if (compression === "off") return null;
  const takeover = compression === "takeover";
  return {
    sendWindowBits: 15,
    receiveWindowBits: 15,
    sendTakeover: takeover,
    receiveTakeover: takeover,
    threshold: 0,
    level: WS_LEVEL,
    memory: 8,
  };
}

/** zlib's own default, which is that of ws: the same work on both sides. */
const WS_LEVEL = 6;

/** `ws` looks for its native modules when it is loaded: so it is loaded twice. */
export function loadWs(native: boolean): Contender {
  const require = createRequire(import.meta.url);
  for (const path of Object.keys(require.cache))
    if (/[\\/]node_modules[\\/]ws[\\/]/.test(path)) delete require.cache[path];
  process.env["WS_NO_BUFFER_UTIL"] = native ? "" : "1";
  if (native) require("bufferutil");
  const { Receiver, Sender } = require("ws") as WsParts;
  const PerMessageDeflate = require("../node_modules/ws/lib/permessage-deflate.js") as WsDeflate;

  const extensions = ({ role, compression }: Task) => {
    if (compression === "off") return {};
    const deflate = new PerMessageDeflate({ threshold: 0, isServer: role === "server", maxPayload: LIMIT });
    deflate.accept([
      compression === "takeover" ? {} : { server_no_context_takeover: [true], client_no_context_takeover: [true] },
    ]);
    return { [PerMessageDeflate.extensionName]: deflate };
  };

  return {
    name: native ? "ws+native" : "ws",
    receive(task, chunks, count) {
      const receiver = new Receiver({
        isServer: task.role === "server",
        maxPayload: LIMIT,
        extensions: extensions(task),
      });
      return new Promise((resolve, reject) => {
        let left = count;
        // A user of ws who wants text says toString(); with us it comes as a string.
        receiver.on("message", (data: Buffer, isBinary: boolean) => {
          if (!isBinary) data.toString();
          if (--left === 0) resolve();
        });
        receiver.on("error", reject);
        for (const chunk of chunks) receiver.write(chunk);
      });
    },
    async send(task, data, count) {
      const sender = new Sender(new NullSocket(), extensions(task));
      const options = {
        fin: true,
        binary: task.kind === "binary",
        mask: task.role === "client",
        compress: task.compression !== "off",
      };
      if (task.compression === "off") {
        for (let i = 0; i < count; i++) sender.send(data, options);
        return;
      }
      // Its compression is asynchronous: the work is done when the last message has gone out.
      await new Promise<void>((resolve) => {
        let left = count;
        const done = () => {
          left--;
          if (left === 0) resolve();
        };
        for (let i = 0; i < count; i++) sender.send(data, options, done);
      });
    },
  };
}

/** Drops what it gets, as fast as a stream can: what both must do with their bytes, but for the system call. */
class NullSocket extends Writable {
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }

  override _writev(_chunks: unknown, done: () => void): void {
    done();
  }
}

interface WsParts {
  Receiver: new (options: object) => NodeJS.EventEmitter & { write(chunk: Uint8Array): boolean };
  Sender: new (socket: object, extensions: object) => { send(data: Message, options: object, done?: () => void): void };
}

interface WsDeflate {
  readonly extensionName: string;
  new (options: object): { accept(configurations: object[]): unknown };
}
