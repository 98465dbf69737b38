/** A client's socket as tests hold it: whatever waits has its time, and expectations say what came instead. */

import { ClientSocket } from "../../client/client-socket.ts";
import type { Session } from "../../client/session.ts";
import { NO_NETWORK, usageError } from "../../errors.ts";
import type { CloseInfo } from "../../protocol/engine-sink.ts";
import { quiet } from "../../socket/quiet.ts";
import type { PingOptions } from "../../socket/socket.ts";
import type { CutHow } from "../network/faults.ts";
import { within } from "../patience.ts";
import { markPlace } from "../stack.ts";
import { BoundedCore } from "./bounded-core.ts";
import type { CloseExpectation, ExpectCloseOptions, ExpectOptions, SilenceOptions } from "./expectations.ts";
import { Expectations } from "./expectations.ts";
import type { Setting } from "./setting.ts";

/** What can be done to the connection of a socket. */
export interface SocketNetwork {
  /** Cuts it: with a FIN, as if a proxy had gone, or with a reset, as if a cable had. What is on its way is lost. @default "reset" */
  cut(how?: CutHow): void;
  /** Nothing moves any more, though the connection stands: from the client (`up`), to it (`down`), or both ways. */
  stall(direction?: "up" | "down"): void;
  /** After `stall`: it goes on, and nothing is lost. */
  resume(): void;
}

/**
 * A WebSocket to the app under test: everything that a client's socket has. Every receive, every step of an iterator, every
 * ping and close has the client's `timeout`, and rejects then with a `TimeoutError` that says how things stand.
 */
export class TestSocket extends ClientSocket {
  readonly #setting: Setting;
  readonly #expect: Expectations;

  /** Made by `client.connect`. */
  constructor(session: Session, setting: Setting) {
    const core = new BoundedCore(session, setting);
    super(session, core);
    this.#setting = setting;
    this.#expect = new Expectations(core, setting);
  }

  /** The next message is text: this one, or one that matches, or any. Gives it. An `AssertionError` says what came instead. */
  expectText(text?: string | RegExp, options?: ExpectOptions): Promise<string> {
    return this.#expect.text(text, options);
  }

  /** The next message is binary: these bytes, or any. Gives them. Else as `expectText`. */
  expectBytes(bytes?: Uint8Array | readonly number[], options?: ExpectOptions): Promise<Uint8Array> {
    return this.#expect.bytes(bytes, options);
  }

  /**
   * The next message is text that holds this value as JSON, or any. It is compared deeply and strictly; in it, matchers of
   * Vitest and Jest (`expect.any(String)`) may stand. Gives the value. Else as `expectText`.
   */
  expectJson<Value = unknown>(value?: unknown, options?: ExpectOptions): Promise<Value> {
    return this.#expect.json(value, options) as Promise<Value>;
  }

  /**
   * The connection ends, as is expected or anyhow. Gives how. A message that comes before is an `AssertionError` which shows
   * it, unless `ignoreMessages`. To expect the code 1011 is to know that the handler throws.
   */
  expectClose(expected?: CloseExpectation, options?: ExpectCloseOptions): Promise<CloseInfo> {
    return this.#expect.close(expected, options);
  }

  /** For so many milliseconds no message comes, and the connection does not end. A manual clock is moved so far. */
  expectSilence(options: SilenceOptions): Promise<void> {
    return this.#expect.silence(options);
  }

  /** What can be done to its connection of this moment. */
  get network(): SocketNetwork {
    const lineFor = (call: string) => {
      const line = this.#setting.record?.line;
      if (line === undefined || line.client.destroyed) throw usageError(NO_NETWORK, call, this.state);
      return line;
    };
    return {
      cut: (how) => lineFor("cut").cut(how),
      stall: (direction) => lineFor("stall").stall(direction),
      resume: () => lineFor("resume").resume(),
    };
  }

  /** As every socket pings; `timeout` is real time. @default that of the client */
  override ping({ timeout = this.#setting.timeout }: PingOptions = {}): Promise<number> {
    const here = markPlace();
    const pong = super.ping({ timeout: Number.POSITIVE_INFINITY });
    return this.#within(pong, timeout, () => here(this.#late("ping", "no pong came", timeout)));
  }

  /** As every socket closes, but rejects with a `TimeoutError` when that takes longer than the client's `timeout`. */
  override close(code?: number, reason?: string): Promise<CloseInfo> {
    const here = markPlace();
    const closed = super.close(code, reason);
    const { timeout } = this.#setting;
    return this.#within(closed, timeout, () => here(this.#late("close", "the connection did not end", timeout)));
  }

  #late(call: string, what: string, timeout: number): Error {
    return this.#setting.tooLate(call, { timeout, what, state: this.state });
  }

  #within<Result>(work: Promise<Result>, timeout: number, late: () => Error): Promise<Result> {
    return quiet(within(work, timeout, late));
  }
}
