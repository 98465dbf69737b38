/** The one thread that has all blocking sockets of this thread: started by the first, kept for the next, said goodbye to. */

import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import type { Caller } from "../lane/caller.ts";
import type { Lane } from "../lane/lane.ts";
import { makeWords, Word } from "../lane/lane.ts";
import { startThread } from "../start-thread.ts";
import { Life } from "./life.ts";

/** A lane as it is lent, and given back when its socket has ended. */
export interface Lent {
  readonly lane: Lane;
  /** The socket's number on it. */
  readonly number: number;
  /** Changes as long as the thread lives. */
  readonly pulse: () => number;
  giveBack(): void;
  /** The thread does nothing any more. */
  onGone(): void;
}

/** One for each thread that waits. */
class SocketThread {
  readonly #worker: Worker;
  readonly #life = new Int32Array(new SharedArrayBuffer(8));
  /** Those that no socket has now: a script may open many sockets, one after another. */
  readonly #freePorts: MessagePort[] = [];
  readonly #lent = new Set<Lane>();
  #lastNumber = 0;

  constructor() {
    this.#worker = startThread("client/thread", { workerData: { life: this.#life } });
    this.#worker.on("error", () => this.#gone());
    this.#worker.on("exit", () => this.#gone());
  }

  /** Whether it has ended, as far as that can be seen while this thread waits. */
  get hasEnded(): boolean {
    const isMissed = [...this.#lent].some(({ words }) => Atomics.load(words, Word.gone) === 1);
    return isMissed || Atomics.load(this.#life, Life.ended) === 1;
  }

  lend(): Lent {
    const lane = { port: this.#freePorts.pop() ?? this.#addPort(), words: makeWords() };
    this.#lent.add(lane);
    const giveBack = () => {
      this.#lent.delete(lane);
      this.#freePorts.push(lane.port);
    };
    const pulse = () => Atomics.load(this.#life, Life.pulse);
    return { lane, number: ++this.#lastNumber, pulse, giveBack, onGone: () => this.#gone() };
  }

  #addPort(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#worker.postMessage(port2, [port2]);
    return port1;
  }

  #gone(): void {
    Atomics.store(this.#life, Life.ended, 1);
    for (const { words } of this.#lent) Atomics.store(words, Word.gone, 1);
    // One that was only silent would go on with connections that nobody has.
    void this.#worker.terminate();
  }
}

let thread: SocketThread | undefined;
/** Sockets that have not ended. */
const open = new Set<Caller>();

/** A lane for a socket to be. */
export function lendLane(): Lent {
  forgetEnded();
  if (thread === undefined) process.once("exit", sayGoodbye);
  if (thread === undefined || thread.hasEnded) thread = new SocketThread();
  return thread.lend();
}

/** A script may leave sockets that the server has closed, and never look at them again. */
function forgetEnded(): void {
  for (const caller of open) if (caller.end) open.delete(caller);
}

/** The socket is said goodbye to when the script ends. */
export function remember(caller: Caller): void {
  open.add(caller);
}

/** It has ended. */
export function forget(caller: Caller): void {
  open.delete(caller);
}

/** The script ends: what it sent goes out, and every server is told, within a second in all. */
function sayGoodbye(): void {
  const deadline = performance.now() + LONGEST_GOODBYE;
  const left = [...open];
  for (const caller of left) caller.tell("close", GOING_AWAY, "");
  for (const caller of left) {
    try {
      caller.untilEnd("close", Math.max(0, deadline - performance.now()));
    } catch {
      // Its thread has ended before.
    }
  }
}

/** RFC 6455, 7.4.1: "1001 indicates that an endpoint is "going away", such as … a browser having navigated away". */
const GOING_AWAY = 1001;
/** Milliseconds. */
const LONGEST_GOODBYE = 1000;
