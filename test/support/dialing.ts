/** The dial of Node as tests use it: what it has opened, message by message, and what it has left behind. */

import diagnostics from "node:diagnostics_channel";
import { getEventListeners } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { expect, onTestFinished } from "vitest";
import type { ConnectOptions } from "../../src/client/connect-options.ts";
import type { Dialed, DialRequest } from "../../src/client/dialer.ts";
import { makeDial } from "../../src/client/node/dial.ts";
import { resolveDialOptions } from "../../src/client/node/dial-options.ts";
import { openOverNetwork } from "../../src/client/node/open-over-network.ts";
import type { CloseInfo } from "../../src/protocol/engine-sink.ts";
import type { Message } from "../../src/protocol/message.ts";
import { deferred } from "./deferred.ts";
import { eventually } from "./eventually.ts";
import { Inbox } from "./inbox.ts";
import { TestClock } from "./test-clock.ts";
import { within } from "./within.ts";

/** A file of test/support/authority: certificates that a private authority has signed, and keys. */
export function pem(name: string): string {
  return readFileSync(new URL(`authority/${name}.pem`, import.meta.url), "utf8");
}

/** The authority that all of them need. */
export const TRUST = { ca: pem("authority") };

/** Certificate and key of this name, for servers and clients. */
export function credentials(name: string): { readonly cert: string; readonly key: string } {
  return { cert: pem(name), key: pem(`${name}-key`) };
}

/** What a test asks for. */
export interface DialingOptions extends Partial<Pick<DialRequest, "subprotocols" | "headers">> {
  readonly options?: ConnectOptions;
  /** In place of that of `abort`. */
  readonly signal?: AbortSignal;
}

/** One dial, on a clock that the test moves. Every socket that it opens is counted. */
export class Dialing {
  readonly promise: Promise<Dialed>;
  readonly clock = new TestClock();
  /** What TCP connections and unix sockets have been opened meanwhile, by anybody in this process. */
  readonly sockets: Socket[] = [];
  readonly #abort = new AbortController();

  constructor(url: string, { options = {}, subprotocols = [], headers, signal }: DialingOptions = {}) {
    const count = (message: unknown) => void this.sockets.push((message as { socket: Socket }).socket);
    diagnostics.subscribe("net.client.socket", count);
    onTestFinished(() => void diagnostics.unsubscribe("net.client.socket", count));
    const dial = makeDial(resolveDialOptions(options, { clock: this.clock, openStream: openOverNetwork }));
    this.promise = within(
      dial({ url: new URL(url), subprotocols, headers, signal: signal ?? this.#abort.signal }),
      `end of the dial to ${url}`,
      4_000,
    );
    this.promise.catch(() => {});
  }

  abort(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /** The WebSocket, as soon as it is open. */
  async opened(): Promise<OpenWebSocket> {
    // No `await` of ours in between: the wire is opened in the turn in which the promise resolves.
    return this.promise.then((dialed) => new OpenWebSocket(dialed));
  }

  /** What it was rejected with, when nothing of it is left. */
  async failure(): Promise<Error> {
    const error = await this.promise.then(
      ({ wire }) => {
        wire.terminate();
        throw new Error("it has opened");
      },
      (reason: Error) => reason,
    );
    await this.expectNothingLeft();
    return error;
  }

  /** No socket is open, nobody listens to the signal, and no timer waits. */
  async expectNothingLeft(): Promise<void> {
    await eventually(() => this.sockets.filter(({ closed }) => !closed).length).toBe(0);
    expect(getEventListeners(this.#abort.signal, "abort")).toEqual([]);
    await eventually(() => this.clock.timers).toBe(0);
  }
}

/** Dials, and gives the WebSocket. */
export function openDial(url: string, options?: DialingOptions): Promise<OpenWebSocket> {
  return new Dialing(url, options).opened();
}

/** Dials, and gives what it was rejected with, when nothing of it is left. */
export function failDial(url: string, options?: DialingOptions): Promise<Error> {
  return new Dialing(url, options).failure();
}

/** A WebSocket that a dial has opened. */
export class OpenWebSocket {
  readonly dialed: Dialed;
  readonly messages = new Inbox<Message>();
  readonly pongs = new Inbox<Uint8Array>();
  readonly #closed = deferred<CloseInfo>();

  constructor(dialed: Dialed) {
    this.dialed = dialed;
    dialed.wire.open({
      wireOnMessage: (message) => this.messages.push(message),
      wireOnPong: (payload) => this.pongs.push(payload),
      wireOnRoom: () => {},
      wireOnGoodbye: () => false,
      wireOnClose: this.#closed.resolve,
    });
    onTestFinished(() => dialed.wire.terminate());
  }

  send(message: Message): void {
    this.dialed.wire.send(message, true);
  }

  /** The next message. */
  next(): Promise<Message> {
    return this.messages.next("message", 4_000);
  }

  /** Sends, and gives the next message. */
  ask(message: Message): Promise<Message> {
    this.send(message);
    return this.next();
  }

  close(code = 1000, reason = ""): Promise<CloseInfo> {
    this.dialed.wire.close(code, reason);
    return this.ended();
  }

  ended(): Promise<CloseInfo> {
    return within(this.#closed.promise, "end of the WebSocket", 4_000);
  }
}
