/** What runs in a thread of `serve`: loads the user's module, and calls it for one connection after the other. */

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { DisconnectError, InvalidJsonError, MessageTypeError } from "../../errors.ts";
import { isErrorOf } from "../../socket/error-owner.ts";
import { Caller } from "../lane/caller.ts";
import { toRecord } from "../lane/error-record.ts";
import { BlockingServerSocket } from "./server-socket.ts";
import type { Loaded, Outcome, Visit } from "./visit.ts";

/** What a thread is started with. */
export interface HandlerThreadData {
  readonly handler: string;
  readonly port: MessagePort;
}

type Handler = (socket: BlockingServerSocket, address: string) => unknown;

const { handler, port } = workerData as HandlerThreadData;
const loaded = load();
loaded.then(
  () => say({ type: "loaded" }),
  (error) => say({ type: "unfit", reason: toRecord(error) }),
);

parentPort!.on("message", async (visit: Visit) => {
  const caller = new Caller({ lane: { port, words: visit.words }, number: visit.number });
  const outcome = await run(await loaded, { caller, visit });
  // A handler may have kept the socket, and would take from the lane what is for the next one.
  caller.abandon(closeCodeOf(outcome));
  // By the way of what was sent, and so behind it.
  port.postMessage(["ask", visit.number, 0, "done", [outcome]]);
});

async function load(): Promise<Handler> {
  const module = (await import(handler)) as { default?: unknown };
  // What was compiled to CommonJS has its default export inside of the module's.
  const inner = (module.default as { default?: unknown } | undefined)?.default;
  const found = typeof module.default === "function" ? module.default : inner;
  if (typeof found !== "function")
    throw new TypeError(`its default export is ${kindOf(module.default)}, not a function`);
  return found as Handler;
}

function kindOf(value: unknown): string {
  return value === undefined ? "missing" : `of type ${typeof value}`;
}

function say(loaded: Loaded): void {
  parentPort!.postMessage(loaded);
}

function closeCodeOf(outcome: Outcome): number {
  if (outcome.type === "fault") return outcome.closeCode;
  return outcome.type === "returned" ? 1000 : 1011;
}

async function run(handle: Handler, { caller, visit }: { caller: Caller; visit: Visit }): Promise<Outcome> {
  try {
    await handle(new BlockingServerSocket(caller, visit), visit.remoteAddress);
    return { type: "returned" };
  } catch (error) {
    // As everywhere: the end of its own connection is no error of a handler, and a message of the wrong kind is the peer's.
    if (isErrorOf(caller, error)) {
      if (error instanceof DisconnectError) return { type: "returned" };
      if (error instanceof MessageTypeError || error instanceof InvalidJsonError) {
        return { type: "fault", closeCode: error.closeCode };
      }
    }
    return { type: "threw", error: toRecord(error) };
  }
}
