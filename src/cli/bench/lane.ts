/** One connection under load: sends what is due, matches answers to messages by their order, and tells what is missing. */

import type { ClientSocket, Message } from "../../client/index.ts";
import type { Payloads } from "./payloads.ts";
import type { Expectation } from "./plan.ts";
import type { Tally } from "./tally.ts";
import { TimeLine } from "./time-line.ts";

/** What all lanes share. */
export interface LaneOwner {
  readonly payloads: Payloads;
  readonly tally: Tally;
  /** How answers are looked at; `auto` is settled by the first one. */
  expect: Expectation;
  /** A lane has an answer: a closed loop sends the next message. */
  laneOnAnswer(lane: Lane, now: number): void;
  /** The connection is gone, with so many messages that have no answer, and so many that it was not given. */
  laneOnEnd(lane: Lane, unanswered: number, unsent: number): void;
}

/** Bytes that may wait on the way out before messages wait for the server to read. */
const HIGH_WATER = 64 * 1024;

/** One for each connection. */
export class Lane {
  readonly socket: ClientSocket;
  readonly #owner: LaneOwner;
  readonly #times = new TimeLine();
  /** The connection has ended. */
  isOver = false;
  /** The server does not read as fast as it is sent to. */
  #isFull = false;

  constructor(socket: ClientSocket, owner: LaneOwner) {
    this.socket = socket;
    this.#owner = owner;
    void this.#listen();
  }

  /** A message is due: it goes out now, or as soon as the server takes it. */
  push(due: number): void {
    this.#times.push(due);
    const { tally } = this.#owner;
    if (tally.counts(due)) tally.due++;
    tally.pending++;
    if (this.#isFull) tally.waited++;
    else this.#send();
  }

  #send(): void {
    const times = this.#times;
    const { payloads, tally, expect } = this.#owner;
    while (times.sent < times.due) {
      const index = times.sent++;
      tally.activity++;
      if (tally.counts(times.at(index))) tally.sent++;
      const taken = this.socket.send(payloads.at(index));
      if (expect === "none") this.#settled(times);
      if (this.socket.bufferedAmount < HIGH_WATER) continue;
      this.#isFull = true;
      taken.then(
        () => {
          this.#isFull = false;
          this.#send();
        },
        () => {},
      );
      return;
    }
  }

  /** Nobody waits for an answer. */
  #settled(times: TimeLine): void {
    times.answered++;
    this.#owner.tally.pending--;
  }

  async #listen(): Promise<void> {
    try {
      for (;;) this.#take(await this.socket.receive());
    } catch {
      // The end; what it was is in `socket.closed`.
    }
    const { due, sent, answered } = this.#times;
    this.isOver = true;
    this.#owner.laneOnEnd(this, sent - answered, due - sent);
    this.#times.answered = due;
    this.#times.sent = due;
  }

  #take(answer: Message): void {
    const now = performance.now();
    const times = this.#times;
    const { tally, expect } = this.#owner;
    if (times.answered === times.sent) {
      if (times.sent === 0) tally.greetings++;
      else tally.unasked++;
      return;
    }
    if (expect !== "any") this.#check(answer);
    const due = times.at(times.answered++);
    tally.answer(due, now, typeof answer === "string" ? Buffer.byteLength(answer) : answer.length);
    this.#owner.laneOnAnswer(this, now);
  }

  /** Compares an answer with its message; goes on to a later message where the server has left some out. */
  #check(answer: Message): void {
    const owner = this.#owner;
    const { payloads, tally } = owner;
    const times = this.#times;
    if (payloads.prefix === undefined) {
      const isEcho = payloads.learn(times.answered, answer);
      if (owner.expect === "auto") owner.expect = isEcho ? "echo" : "any";
      else if (!isEcho) this.#isWrong();
      if (!isEcho) return;
    }
    if (typeof answer !== typeof payloads.at(times.answered)) tally.otherKind++;
    if (payloads.isEcho(times.answered, answer)) return;
    const ahead = Math.min(payloads.count, times.sent - times.answered);
    for (let skipped = 1; skipped < ahead; skipped++) {
      if (!payloads.isEcho(times.answered + skipped, answer)) continue;
      times.answered += skipped;
      tally.pending -= skipped;
      tally.lost += skipped;
      tally.fault("no answer, although later messages of the connection were answered", skipped);
      return;
    }
    this.#isWrong();
  }

  #isWrong(): void {
    this.#owner.tally.wrong++;
    this.#owner.tally.fault("wrong answer: no echo of the message");
  }
}
