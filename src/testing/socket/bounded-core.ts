/** A client's session whose reading never hangs: every message that is waited for has its time, and what ends it is told. */

import type { Session } from "../../client/session.ts";
import type { CloseInfo } from "../../protocol/engine-sink.ts";
import type { Message } from "../../protocol/message.ts";
import type { PreparedMessage } from "../../protocol/prepared-message.ts";
import { quiet } from "../../socket/quiet.ts";
import type { Reading, ReceiveOptions } from "../../socket/receive-queue.ts";
import type { SocketCore } from "../../socket/socket-core.ts";
import type { SocketState } from "../../socket/socket-state.ts";
import type { WireStreamOptions } from "../../socket/wire.ts";
import { startPatience, toTimeout } from "../patience.ts";
import { markPlace } from "../stack.ts";
import type { Setting } from "./setting.ts";

/** Stands between the methods of a socket and its session. */
export class BoundedCore implements SocketCore {
  readonly #session: Session;
  readonly #setting: Setting;

  constructor(session: Session, setting: Setting) {
    this.#session = session;
    this.#setting = setting;
  }

  /** The next message, or the end; `timeout` is real time. */
  read<Result>(reading: Reading<Result>, options: ReceiveOptions = {}): Promise<Result> {
    const setting = this.#setting;
    const here = markPlace();
    const { timeout = setting.timeout, signal } = options;
    const abort = new AbortController();
    const onAbort = () => abort.abort(signal!.reason);
    const followed: Reading<Result> = {
      call: reading.call,
      take: (data) => {
        setting.arrivals.add(data);
        return reading.take(data, this);
      },
      end: () => {
        try {
          return reading.end(this);
        } catch (error) {
          throw here(setting.explain(error));
        }
      },
    };
    try {
      toTimeout(timeout);
      signal?.throwIfAborted();
    } catch (error) {
      return quiet(Promise.reject(error));
    }
    signal?.addEventListener("abort", onAbort);
    const stop = startPatience(timeout, () => {
      const { state } = this;
      abort.abort(here(setting.tooLate(reading.call, { timeout, what: "nothing came", state })));
    });
    const tidy = () => {
      stop();
      signal?.removeEventListener("abort", onAbort);
    };
    const read = this.#session.read(followed, { signal: abort.signal });
    read.then(tidy, tidy);
    return read;
  }

  get config(): SocketCore["config"] {
    return this.#session.config;
  }

  get id(): string {
    return this.#session.id;
  }

  get state(): SocketState {
    return this.#session.state;
  }

  get closed(): Promise<CloseInfo> {
    return this.#session.closed;
  }

  get signal(): AbortSignal {
    return this.#session.signal;
  }

  get latency(): number | undefined {
    return this.#session.latency;
  }

  get bufferedAmount(): number {
    return this.#session.bufferedAmount;
  }

  get canPing(): boolean {
    return this.#session.canPing;
  }

  get canStream(): boolean {
    return this.#session.canStream;
  }

  send(message: Message | PreparedMessage, compress: boolean): Promise<void> {
    return this.#session.send(message, compress);
  }

  stream(chunks: Iterable<Message> | AsyncIterable<Message>, options: WireStreamOptions): Promise<void> {
    return this.#session.stream(chunks, options);
  }

  ignoreMessages(): void {
    this.#session.ignoreMessages();
  }

  roundTrip(timeout: number): Promise<number> {
    return this.#session.roundTrip(timeout);
  }

  close(code: number, reason: string): void {
    this.#session.close(code, reason);
  }

  terminate(): void {
    this.#session.terminate();
  }

  disconnectError(call: string): Error {
    return this.#setting.explain(this.#session.disconnectError(call));
  }
}
