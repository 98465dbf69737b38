/** What was sent against what arrived, connection by connection: nothing twice, nothing out of order, no loss uncounted. */

import { expect } from "vitest";
import type { ClientSocket } from "../../src/client/client-socket.ts";
import type { ConnectOptions } from "../../src/client/connect-options.ts";
import type { TestRuntimeOptions } from "./client-runtime.ts";
import { expectNothingLeft, testClient } from "./client-runtime.ts";
import type { LineFault } from "./fault-line.ts";
import { FaultLine } from "./fault-line.ts";
import type { MemoryStreamOptions } from "./memory-streams.ts";
import { settle } from "./socket-pair.ts";

/** A client whose connections go wrong as they are told to, and an account of all messages. */
export class Ledger {
  readonly lines: FaultLine[] = [];
  readonly runtime;
  /** All that was given to `send`, and taken. Each differs from all others. */
  readonly sent: string[] = [];
  /** What each lost connection was said to have lost at most. */
  readonly unconfirmed: number[] = [];
  socket!: ClientSocket;
  readonly #connect;
  readonly #faults: LineFault[];
  readonly #promises: Promise<unknown>[] = [];

  /** `faults` are those of the first connections; all others are sound. */
  constructor(faults: readonly LineFault[], options: TestRuntimeOptions = {}, stream: MemoryStreamOptions = {}) {
    this.#faults = [...faults];
    const line = () => {
      this.lines.push(new FaultLine(this.#faults.shift(), stream));
      return this.line.ends;
    };
    const { runtime, connect } = testClient({ ...options, line });
    this.runtime = runtime;
    this.#connect = connect;
  }

  /** The connection at hand. */
  get line(): FaultLine {
    return this.lines.at(-1)!;
  }

  async open(options: ConnectOptions = {}): Promise<void> {
    this.socket = await this.#connect({
      reconnect: { shouldReconnect: () => true, resetAfter: 1 },
      onDisconnect: ({ unconfirmed }) => this.unconfirmed.push(unconfirmed),
      ...options,
    });
  }

  send(size = 0): void {
    this.#take(size, (text) => this.socket.send(text));
  }

  sendStream(size = 0): void {
    this.#take(size, (text) => this.socket.sendStream([text.slice(0, 2), text.slice(2)]));
  }

  ping(): void {
    this.#promises.push(this.socket.ping({ timeout: 60_000 }).catch(() => {}));
  }

  /** From here on nothing goes wrong; then everything has its account. */
  async settleUp(): Promise<void> {
    const { socket, runtime } = this;
    this.#faults.length = 0;
    runtime.script.length = 0;
    let isConfirmed = false;
    for (let i = 0; i < 5_000 && !isConfirmed; i++) {
      for (const line of this.lines) line.heal();
      // Small chunks take many turns, in which no time need pass.
      await (socket.state === "open" ? settle() : runtime.clock.pass(60_000));
      if (socket.state !== "open" || socket.outbox.messages > 0) continue;
      await Promise.all(this.#promises);
      isConfirmed = await socket.ping({ timeout: Number.POSITIVE_INFINITY }).then(
        () => true,
        () => false,
      );
    }
    expect(socket.outbox).toEqual({ messages: 0, bytes: 0, dropped: 0 });
    socket.terminate();
    for (let i = 0; i < 100 && runtime.clock.timers > 0; i++) await runtime.clock.pass(60_000);
    const received = runtime.attempts.flatMap(({ server }) => (server ? [server.reports.received.map(String)] : []));
    expectAccount({ sent: this.sent, received, unconfirmed: this.unconfirmed });
    await expectNothingLeft(runtime);
  }

  #take(size: number, send: (text: string) => Promise<void>): void {
    const text = `${this.sent.length} ${"x".repeat(size)}`;
    this.sent.push(text);
    this.#promises.push(send(text).catch(() => {}));
  }
}

/** What was sent, what each connection has received, and what each was said to have lost at most. */
export interface Account {
  readonly sent: readonly string[];
  readonly received: readonly (readonly string[])[];
  readonly unconfirmed: readonly number[];
}

/** Every connection got a run of messages without a gap; between the runs is what was lost, and counted. */
export function expectAccount({ sent, received, unconfirmed }: Account): void {
  expect(unconfirmed).toHaveLength(received.length);
  let next = 0;
  let begin = 0;
  let mayBeLost = 0;
  received.forEach((run, i) => {
    const first = run.length > 0 ? sent.indexOf(run[0]!) : next;
    expect(first, "nothing out of order, nothing twice").toBeGreaterThanOrEqual(next);
    expect(first - next, "nothing is lost that was not counted").toBeLessThanOrEqual(mayBeLost);
    expect(run, "no gap in a connection").toEqual(sent.slice(first, first + run.length));
    // A connection that got nothing may have lost something all the same; it adds up until one gets something.
    if (run.length > 0) {
      expect(mayBeLost, "nothing is counted that was not handed over").toBeLessThanOrEqual(first - begin);
      mayBeLost = 0;
      begin = first;
    }
    mayBeLost += unconfirmed[i]!;
    next = first + run.length;
  });
  expect(unconfirmed.at(-1), "the last ping has confirmed all").toBe(0);
  expect(sent.length - next, "nothing at the end is lost uncounted").toBeLessThanOrEqual(mayBeLost);
}
