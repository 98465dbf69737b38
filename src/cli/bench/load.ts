/** A bench at work: opens the connections, keeps the load up, waits for the last answers. Counts into a `Tally`. */

import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientSocket, ConnectOptions } from "../../client/index.ts";
import { connect } from "../../client/index.ts";
import { closeInWords, errorInWords } from "../words.ts";
import { inTime } from "./figures.ts";
import type { LaneOwner } from "./lane.ts";
import { Lane } from "./lane.ts";
import { Pacer } from "./pacer.ts";
import type { Payloads } from "./payloads.ts";
import type { BenchPlan, Expectation } from "./plan.ts";
import { Pace } from "./plan.ts";
import type { Work } from "./self-watch.ts";
import { SelfWatch } from "./self-watch.ts";
import type { Tally } from "./tally.ts";

/** Handshakes at a time, so that opening many is no flood. */
const OPENING_AT_ONCE = 64;
/** Messages without an answer, on all connections, of which we remember when they were due. */
const MOST_PENDING = 1_000_000;
/** Milliseconds from a handshake to the first message: what the server says by itself is no answer. */
const SETTLING = 30;
/** Milliseconds for closing all connections. */
const CLOSING = 500;

/** What a load is made with. */
export interface LoadOptions {
  readonly plan: BenchPlan;
  readonly payloads: Payloads;
  readonly tally: Tally;
  readonly connectOptions: ConnectOptions;
  /** Ends the bench early. */
  readonly signal: AbortSignal;
}

/** One bench. */
export class Load implements LaneOwner {
  readonly payloads: Payloads;
  readonly tally: Tally;
  expect: Expectation;
  /** Connections that were opened, that failed, that ended before the bench did. */
  opened = 0;
  failed = 0;
  dropped = 0;
  /** Messages that were under way when the bench was interrupted. */
  underWay = 0;
  /** When the measurement began and ended, in the time of `performance.now()`; 0: not yet. */
  from = 0;
  until = 0;
  /** What this process did under load; `undefined`: there was none. */
  work: Work | undefined;
  readonly #plan: BenchPlan;
  readonly #options: LoadOptions;
  /** Those that take part. */
  readonly #lanes: Lane[] = [];
  /** Those that are open. */
  readonly #sockets = new Set<ClientSocket>();
  /** Connections that are open and do not take part yet. */
  #joining = 0;
  #turn = 0;
  #state: "opening" | "running" | "draining" | "over" = "opening";
  #pacer: Pacer | undefined;
  #changed: () => void = () => {};

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.payloads = options.payloads;
    this.tally = options.tally;
    this.expect = options.plan.expect;
  }

  /** Connections that are open now. */
  get live(): number {
    return this.#lanes.length;
  }

  /** What it does now. */
  get state(): "opening" | "running" | "draining" | "over" {
    return this.#state;
  }

  /** From the first handshake to the last close. Never rejects for what a server does. */
  async run(): Promise<void> {
    const { ramp } = this.#plan;
    const opening = this.#openAll();
    if (ramp === 0) await opening;
    await this.#until(() => (ramp > 0 && this.live > 0) || this.#areAllSettled);
    if (this.live > 0 && !this.#isInterrupted) await this.#work();
    this.#state = "over";
    await opening;
    await this.#close();
  }

  laneOnAnswer(lane: Lane, now: number): void {
    if (this.#state === "running") {
      if (this.#plan.load.kind === "closed") lane.push(now);
    } else if (this.tally.pending <= 0) this.#changed();
  }

  laneOnEnd(lane: Lane, unanswered: number, unsent: number): void {
    const index = this.#lanes.indexOf(lane);
    if (index !== -1) this.#lanes.splice(index, 1);
    this.#sockets.delete(lane.socket);
    const { tally } = this;
    const state = this.#state;
    tally.pending -= unanswered + unsent;
    this.#changed();
    if (this.#isInterrupted) {
      this.underWay += unanswered + unsent;
      return;
    }
    tally.lost += unanswered;
    tally.notSent += unsent;
    if (state === "over") {
      if (unanswered > 0) tally.fault(`no answer within ${inTime(this.#plan.drain)} of the end`, unanswered);
      if (unsent > 0) tally.fault("not sent: the server did not read on", unsent);
      return;
    }
    this.dropped++;
    if (unanswered > 0) tally.fault("no answer: the connection had ended", unanswered);
    if (unsent > 0) tally.fault("not sent: the connection had ended", unsent);
    void lane.socket.closed.then((info) => tally.fault(`connection ended: ${closeInWords(info)}`));
  }

  get #isInterrupted(): boolean {
    return this.#options.signal.aborted;
  }

  async #work(): Promise<void> {
    const { warmup, duration, load, drain, ramp } = this.#plan;
    const start = performance.now();
    const watch = new SelfWatch();
    this.#state = "running";
    this.from = start + warmup;
    const until = this.from + duration;
    this.tally.start(this.from);
    if (load.kind === "open") {
      const send = (due: number) => this.#send(due);
      const pace = new Pace(load.rate, ramp);
      this.#pacer = new Pacer({ pace, tally: this.tally, from: start, length: warmup + duration, send });
      this.#pacer.start();
    } else for (const lane of this.#lanes) this.#fill(lane);
    await this.#until(() => this.#isOver, until - start);
    this.#finishPace();
    this.until = Math.min(performance.now(), until);
    this.#state = "draining";
    this.work = watch.look(this.#pacer?.idle ?? 0, this.tally.activity);
    this.tally.stop(this.until);
    if (this.expect === "none") return;
    await this.#until(() => this.tally.pending <= 0 || this.live === 0 || this.#isInterrupted, drain);
  }

  /** What an open loop was too slow to hand over is no secret. */
  #finishPace(): void {
    if (this.#isInterrupted) return this.#pacer?.stop();
    const left = this.#pacer?.finish() ?? 0;
    if (left === 0) return;
    this.tally.due += left;
    this.tally.notSent += left;
    this.tally.fault("not sent: the load generator could not keep up", left);
  }

  /** Nothing more is to be opened, and all that is open takes part. */
  get #areAllSettled(): boolean {
    return this.#joining === 0 && this.opened + this.failed >= this.#plan.connections;
  }

  get #isOver(): boolean {
    return this.#isInterrupted || (this.live === 0 && this.#areAllSettled);
  }

  /** A message of an open loop goes to the connections in turn. */
  #send(due: number): void {
    const lane = this.#lanes[this.#turn++ % this.#lanes.length];
    if (lane !== undefined && this.tally.pending < MOST_PENDING) return lane.push(due);
    if (!this.tally.counts(due)) return;
    this.tally.due++;
    this.tally.notSent++;
    this.tally.fault(lane === undefined ? "not sent: no connection was open" : "not sent: too many messages wait");
  }

  #fill(lane: Lane): void {
    const { load } = this.#plan;
    if (load.kind !== "closed") return;
    for (let sent = 0; sent < load.inFlight; sent++) lane.push(performance.now());
  }

  /** Opens all, some at a time; over the ramp if there is one. */
  async #openAll(): Promise<void> {
    const { connections, ramp } = this.#plan;
    const { signal } = this.#options;
    const start = performance.now();
    let next = 0;
    const opener = async () => {
      while (next < connections && !this.#isInterrupted && this.#state !== "over") {
        const due = (ramp * next++) / connections;
        const ahead = start + due - performance.now();
        if (ahead > 0) await wait(ahead, signal);
        await this.#open();
      }
    };
    await Promise.all(Array.from({ length: Math.min(connections, OPENING_AT_ONCE) }, opener));
  }

  async #open(): Promise<void> {
    const { connectOptions, signal } = this.#options;
    if (this.#isInterrupted || this.#state === "over") return;
    const start = performance.now();
    let socket: ClientSocket;
    try {
      socket = await connect(this.#plan.url, { ...connectOptions, signal });
    } catch (error) {
      if (this.#isInterrupted) return;
      this.failed++;
      this.tally.fault(`no connection: ${errorInWords(error)}`);
      return this.#changed();
    }
    this.tally.connecting.record(Math.max(1, Math.round((performance.now() - start) * 1e6)));
    this.opened++;
    const lane = new Lane(socket, this);
    this.#joining++;
    this.#sockets.add(socket);
    setTimeout(() => this.#join(lane), SETTLING);
  }

  /** The lane takes its part of the load, unless it has ended meanwhile. */
  #join(lane: Lane): void {
    this.#joining--;
    if (lane.isOver) return this.#changed();
    this.#lanes.push(lane);
    if (this.#state === "running") this.#fill(lane);
    this.#changed();
  }

  async #close(): Promise<void> {
    const sockets = Array.from(this.#sockets);
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.terminate();
    }, CLOSING);
    await Promise.all(sockets.map((socket) => socket.close()));
    clearTimeout(timer);
  }

  /** Resolves as soon as `done` says so, which is asked whenever something has changed, or after so many milliseconds. */
  async #until(done: () => boolean, milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    const { signal } = this.#options;
    const end = performance.now() + milliseconds;
    while (!done() && performance.now() < end && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = Number.isFinite(end) ? setTimeout(resolve, end - performance.now()) : undefined;
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener("abort", this.#changed, { once: true });
      });
      signal.removeEventListener("abort", this.#changed);
    }
  }
}

/** Resolves after so many milliseconds, or when the signal aborts. */
function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return sleep(milliseconds, undefined, { signal }).then(
    () => {},
    () => {},
  );
}
