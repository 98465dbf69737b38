/** How a connection ends: with what, and who is told. Knows no wire. */

import type { ProtocolError } from "../errors.ts";
import { DisconnectError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import { Waiters } from "../protocol/waiters.ts";
import { isErrorOf, makeDisconnectError } from "./error-owner.ts";

/** One connection's end, before it comes and after. */
export class LinkEnd {
  /** The rule or limit of ours that ends it, once one does. */
  failure: ProtocolError | undefined;
  /** While it is closing: with what. After the end: how it ended. */
  info: CloseInfo | undefined;
  /** While it is closing: what was left to be sent when this was asked last. */
  left = 0;
  /** When the permission ends, if that was said before it was open. */
  expiresAt: number | undefined;
  readonly #owner: object;
  readonly #closed = new Waiters<CloseInfo>();
  #abort: AbortController | undefined;
  #isOver = false;

  /** `owner`: whose end it is, for its errors. */
  constructor(owner: object) {
    this.#owner = owner;
  }

  get closed(): Promise<CloseInfo> {
    return this.#isOver ? Promise.resolve(this.info!) : this.#closed.wait();
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#isOver) this.#abort.abort(this.disconnectError("signal"));
    }
    return this.#abort.signal;
  }

  /** It has ended: takes down how. */
  set(info: CloseInfo): CloseInfo {
    const error = info.error ?? this.failure;
    this.info = error === undefined ? info : { ...info, error };
    this.#isOver = true;
    return this.info;
  }

  /** Tells whoever waits. */
  tell(): void {
    this.#abort?.abort(this.disconnectError("signal"));
    this.#closed.tell(this.info!);
  }

  /** The error for a call that the end has overtaken. */
  disconnectError(call: string): DisconnectError {
    const info = this.info ?? { code: 1006, reason: "", wasClean: false };
    return makeDisconnectError(this.#owner, call, info);
  }

  /** Whether an error says no more than that this connection has ended. */
  isOwn(error: unknown): boolean {
    if (error instanceof DisconnectError && isErrorOf(this.#owner, error)) return true;
    // What was handed `socket.signal` throws its reason, or an AbortError of its own.
    const aborted = this.#abort?.signal.aborted ?? false;
    return aborted && (error as Error | null)?.name === "AbortError";
  }
}
