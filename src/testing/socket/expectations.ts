/** What tests expect of a socket: the next message, its end, or nothing at all. What came instead is an `AssertionError`. */

import { AssertionError } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import { BAD_OPTION, usageError } from "../../errors.ts";
import type { CloseInfo } from "../../protocol/engine-sink.ts";
import type { Message } from "../../protocol/message.ts";
import { checkNames, checkObject } from "../../socket/check-options.ts";
import { fromJson } from "../../socket/json-codec.ts";
import { quiet } from "../../socket/quiet.ts";
import type { Reading, ReceiveOptions } from "../../socket/receive-queue.ts";
import { afterReal } from "../real-time.ts";
import { settle } from "../settle.ts";
import { markPlace } from "../stack.ts";
import { inShort } from "./arrivals.ts";
import type { BoundedCore } from "./bounded-core.ts";
import { withMatched } from "./matchers.ts";
import type { Setting } from "./setting.ts";

/** How long to wait. */
export interface ExpectOptions extends ReceiveOptions {
  /** Milliseconds of real time, then the promise rejects with a `TimeoutError`. @default that of the client */
  readonly timeout?: number | undefined;
}

/** How a connection is expected to end. What is left out may be anything. */
export interface CloseExpectation {
  readonly code?: number | undefined;
  readonly reason?: string | RegExp | undefined;
  readonly wasClean?: boolean | undefined;
}

/** How to wait for the end. */
export interface ExpectCloseOptions extends ExpectOptions {
  /** Messages that come before are passed over. @default false */
  readonly ignoreMessages?: boolean | undefined;
}

/** How long nothing is expected. */
export interface SilenceOptions {
  /** Milliseconds: of the manual clock, if there is one, else of real time. */
  readonly for: number;
}

type Place = ReturnType<typeof markPlace>;

/** What came: a message, or the end. */
type Came = { readonly message: Message } | "end";

/** Those of one socket. */
export class Expectations {
  readonly #core: BoundedCore;
  readonly #setting: Setting;

  constructor(core: BoundedCore, setting: Setting) {
    this.#core = core;
    this.#setting = setting;
  }

  text(expected: string | RegExp | undefined, options?: ExpectOptions): Promise<string> {
    if (expected !== undefined && typeof expected !== "string" && !(expected instanceof RegExp)) {
      throw usageError(BAD_OPTION, "text", typeof expected, "a string, a RegExp, or nothing");
    }
    return this.#message("expectText", options, (came, fail) => {
      if (typeof came !== "string") throw fail("text", came, expected);
      if (!fits(came, expected)) throw fail(shown(expected), came, expected);
      return came;
    });
  }

  bytes(expected: Uint8Array | readonly number[] | undefined, options?: ExpectOptions): Promise<Uint8Array> {
    if (expected !== undefined && !(expected instanceof Uint8Array) && !Array.isArray(expected)) {
      throw usageError(BAD_OPTION, "bytes", typeof expected, "a Uint8Array, an array of numbers, or nothing");
    }
    const bytes = expected === undefined ? undefined : Uint8Array.from(expected);
    return this.#message("expectBytes", options, (came, fail) => {
      if (typeof came === "string") throw fail("bytes", came, bytes);
      // A plain array of both: what runners compare and show.
      const isSame = bytes === undefined || isDeepStrictEqual(Array.from(came), Array.from(bytes));
      if (!isSame) throw fail(inShort(bytes), came, bytes);
      return came;
    });
  }

  json(expected: unknown, options?: ExpectOptions): Promise<unknown> {
    if (expected !== null && typeof expected === "object" && "~standard" in expected) {
      throw usageError(BAD_OPTION, "value", "a schema", "a value; receiveJson(schema) checks by a schema");
    }
    const { json, platform } = this.#core.config;
    return this.#message("expectJson", options, (came, fail) => {
      if (typeof came !== "string") throw fail("JSON as text", came, expected);
      let value: unknown;
      try {
        value = fromJson(json, platform.text, came);
      } catch {
        throw fail("JSON", came, expected);
      }
      if (expected === undefined || isDeepStrictEqual(withMatched(value, expected), expected)) return value;
      throw fail("other JSON", came, expected, value);
    });
  }

  close(expected: CloseExpectation = {}, options: ExpectCloseOptions = {}): Promise<CloseInfo> {
    checkObject("expected", expected, "an object of code, reason and wasClean");
    checkNames(expected, ["code", "reason", "wasClean"], "expectClose");
    checkNames(options, ["timeout", "signal", "ignoreMessages"], "expectClose");
    return this.#inPlace(async (here) => {
      for (;;) {
        const came = await this.#next("expectClose", options);
        if (came === "end") break;
        if (options.ignoreMessages) continue;
        const message = `expectClose on ${this.#setting.path}: expected the end, got ${inShort(came.message)}`;
        throw here(failure({ message, actual: came.message, expected }));
      }
      const info = await this.#core.closed;
      // Only what is asked for is compared, and shown.
      const { code, reason, wasClean } = expected;
      const asked = { code, reason, wasClean };
      const isAsked = (name: keyof typeof asked) => asked[name] !== undefined;
      const names = (["code", "reason", "wasClean"] as const).filter(isAsked);
      const isFit = (name: keyof typeof asked) =>
        name === "reason" ? fits(info.reason, reason) : info[name] === asked[name];
      if (names.every(isFit)) {
        if (code === 1011) this.#setting.see();
        return info;
      }
      const message = `expectClose on ${this.#setting.path}: expected ${closeInShort(asked)}, got ${closeInShort(info)}; ${this.#setting.record?.story}`;
      const actual = Object.fromEntries(names.map((name) => [name, info[name]]));
      const wanted = Object.fromEntries(names.map((name) => [name, asked[name]]));
      throw here(this.#withCause(failure({ message, actual, expected: wanted })));
    });
  }

  silence(options: SilenceOptions): Promise<void> {
    checkObject("options of expectSilence", options, "{ for: milliseconds }");
    const { for: milliseconds } = options;
    if (!(Number.isFinite(milliseconds) && milliseconds >= 0)) {
      throw usageError(BAD_OPTION, "expectSilence.for", String(milliseconds), "milliseconds from 0 on");
    }
    return this.#inPlace(async (here) => {
      const abort = new AbortController();
      const OVER = new Error("it was silent");
      const options = { signal: abort.signal, timeout: Number.POSITIVE_INFINITY };
      const coming = this.#next("expectSilence", options).catch((error: unknown) => {
        if (error === OVER) return "silence" as const;
        throw error;
      });
      const time = this.#pass(milliseconds);
      await Promise.race([coming, time.passed]);
      time.stop();
      abort.abort(OVER);
      const came = await coming;
      if (came === "silence") return;
      const what = came === "end" ? `the end: ${closeInShort(await this.#core.closed)}` : inShort(came.message);
      const message = `expectSilence on ${this.#setting.path}: expected nothing for ${milliseconds} ms, got ${what}; ${this.#setting.record?.story}`;
      const actual = came === "end" ? "the end" : came.message;
      throw here(this.#withCause(failure({ message, actual, expected: "silence" })));
    });
  }

  #pass(milliseconds: number): { readonly passed: Promise<void>; readonly stop: () => void } {
    const { clock } = this.#setting;
    if (clock !== undefined) return { passed: clock.advance(milliseconds), stop: () => {} };
    let stop = () => {};
    const passed = new Promise<void>((resolve) => {
      stop = afterReal(milliseconds, resolve);
    });
    // What was on its way by then is no silence.
    return { passed: passed.then(() => settle(100)), stop };
  }

  #message<Result>(
    call: string,
    options: ExpectOptions | undefined,
    check: (
      came: Message,
      fail: (wanted: string, came: Message, expected: unknown, actual?: unknown) => Error,
    ) => Result,
  ): Promise<Result> {
    return this.#inPlace(async (here) => {
      const came = await this.#core.read(
        this.#reading<Message>(call, (data) => data),
        options,
      );
      return check(came, (wanted, data, expected, actual = data) => {
        const message = `${call} on ${this.#setting.path}: expected ${wanted}, got ${inShort(data)}`;
        return here(failure({ message, actual, expected }));
      });
    });
  }

  #next(call: string, options: ReceiveOptions): Promise<Came> {
    const reading: Reading<Came> = { call, take: (message) => ({ message }), end: () => "end" };
    const { timeout, signal } = options;
    return this.#core.read(reading, { timeout, signal });
  }

  #reading<Result>(call: string, take: (data: Message) => Result): Reading<Result> {
    return {
      call,
      take,
      end: () => {
        throw this.#core.disconnectError(call);
      },
    };
  }

  #inPlace<Result>(work: (here: Place) => Promise<Result>): Promise<Result> {
    return quiet(work(markPlace()));
  }

  #withCause(error: AssertionError): AssertionError {
    const failure = this.#setting.record?.failure;
    if (failure === undefined) return error;
    error.cause = failure.error;
    this.#setting.see();
    return error;
  }
}

function failure(parts: { message: string; actual: unknown; expected: unknown }): AssertionError {
  return new AssertionError({ ...parts, operator: "deepStrictEqual" });
}

function fits(text: string, expected: string | RegExp | undefined): boolean {
  if (expected === undefined || typeof expected === "string") return expected === undefined || text === expected;
  // One with the flag g remembers where it was.
  expected.lastIndex = 0;
  return expected.test(text);
}

function shown(expected: string | RegExp | undefined): string {
  return typeof expected === "string" ? inShort(expected) : `text that matches ${expected}`;
}

function closeInShort({ code, reason, wasClean }: CloseExpectation): string {
  const parts = [
    ...(code === undefined ? [] : [String(code)]),
    ...(reason === undefined || reason === ""
      ? []
      : [typeof reason === "string" ? JSON.stringify(reason) : `${reason}`]),
    ...(wasClean === undefined ? [] : [wasClean ? "clean" : "not clean"]),
  ];
  return parts.length === 0 ? "any end" : parts.join(", ");
}
