/** A thread of `serve`, as the server sees it: has one connection at a time, and is asked how its handler ended. */

import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import {
  AntiphonError,
  DATA_CANNOT_CROSS,
  HANDLER_MODULE_UNFIT,
  HANDLER_THREAD_ENDED,
  usageError,
} from "../../errors.ts";
import type { Message } from "../../protocol/message.ts";
import type { ServerSocket } from "../../server/server-socket.ts";
import { fromRecord } from "../lane/error-record.ts";
import { hearCommands } from "../lane/hear-commands.ts";
import type { ReceiveWindow, RoomsRecord } from "../lane/lane.ts";
import { makeWords } from "../lane/lane.ts";
import { SocketBridge } from "../lane/socket-bridge.ts";
import { startThread } from "../start-thread.ts";
import type { HandlerThreadData } from "./thread.ts";
import type { Loaded, Outcome, Visit } from "./visit.ts";

/** Rooms, for what a handler says to them and asks of them. */
export interface RoomsAccess {
  send(socket: ServerSocket, data: Message, to: RoomsRecord): void;
  count(room: string): Promise<number>;
  who(room: string): Promise<unknown>;
}

/** What a thread is made with. */
export interface HandlerThreadOptions {
  readonly handler: URL;
  readonly window: ReceiveWindow;
  readonly rooms: RoomsAccess;
  /** It has ended, whyever. Called once. */
  readonly onEnd: (thread: HandlerThread) => void;
}

/** One thread. */
export class HandlerThread {
  /** Resolves when the module is loaded; rejects with a `UsageError` if it cannot be, or the thread ended. */
  readonly loaded: Promise<void>;
  readonly #options: HandlerThreadOptions;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  #bridge: SocketBridge | undefined;
  #lastNumber = 0;
  #cause: unknown;
  #isDismissed = false;
  /** Of the connection at hand. */
  #settle: ((outcome: Outcome | Error) => void) | undefined;
  #ended: (error: Error) => void = () => {};

  constructor(options: HandlerThreadOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: HandlerThreadData = { handler: options.handler.href, port: port2 };
    this.#worker = startThread("server/thread", { workerData, transferList: [port2] });
    this.loaded = this.#untilLoaded();
    this.loaded.catch(() => {});
    hearCommands(port1, (command) => this.#bridge?.hear(command));
    // The server keeps the process; a handler does not.
    port1.unref();
    this.#worker.on("error", (error) => {
      this.#cause = error;
    });
    this.#worker.on("exit", (code) => this.#workerOnExit(code));
  }

  /** Handles an open connection. Resolves when the handler has ended; rejects if its thread has. */
  async run(socket: ServerSocket): Promise<Outcome> {
    const words = makeWords();
    const visit = toVisit(socket, { number: ++this.#lastNumber, words });
    const settled = new Promise<Outcome | Error>((resolve) => {
      this.#settle = resolve;
    });
    const { window, rooms } = this.#options;
    const bridge = new SocketBridge({
      lane: { port: this.#port, words },
      number: visit.number,
      window,
      calls: {
        done: (outcome: Outcome) => this.#settle?.(outcome),
        join: (name: string, options: object) => void socket.join(name, options),
        leave: (name: string) => socket.leave(name),
        rooms: () => [...socket.rooms],
        count: (name: string) => rooms.count(name),
        who: (name: string) => rooms.who(name),
      },
      sendTo: (data, to) => rooms.send(socket, data, to),
    });
    this.#bridge = bridge;
    this.#post(visit);
    void bridge.carry(socket);
    const outcome = await settled;
    this.#settle = undefined;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  /** Ends the thread, whatever it does. */
  async dismiss(): Promise<void> {
    this.#isDismissed = true;
    await this.#worker.terminate();
  }

  #post(visit: Visit): void {
    try {
      this.#worker.postMessage(visit);
    } catch (error) {
      throw usageError(DATA_CANNOT_CROSS, (error as Error).message);
    }
  }

  #untilLoaded(): Promise<void> {
    const { href } = this.#options.handler;
    return new Promise((resolve, reject) => {
      this.#ended = reject;
      this.#worker.once("message", (loaded: Loaded) => {
        if (loaded.type === "loaded") return resolve();
        const cause = fromRecord(loaded.reason);
        reject(withCause(usageError(HANDLER_MODULE_UNFIT, href, cause.message), cause));
      });
    });
  }

  #workerOnExit(code: number): void {
    const error = withCause(
      new AntiphonError(HANDLER_THREAD_ENDED.code, HANDLER_THREAD_ENDED.sentence(code)),
      this.#cause,
    );
    this.#port.close();
    this.#ended(error);
    // Who dismissed it knows that the handler has not returned.
    this.#settle?.(this.#isDismissed ? { type: "returned" } : error);
    this.#options.onEnd(this);
  }
}

function toVisit(socket: ServerSocket, lane: Pick<Visit, "number" | "words">): Visit {
  const { id, url, protocol, protocols, headers, params, remoteAddress, data } = socket;
  return { ...lane, id, url: url.href, protocol, protocols, headers: [...headers], params, remoteAddress, data };
}

function withCause<Failure extends Error>(error: Failure, cause: unknown): Failure {
  if (cause !== undefined) Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
  return error;
}
