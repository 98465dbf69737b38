/** How an engine's connection ends: its state, what is to be done with the transport, and who waits to be told. */

import type { ProtocolError } from "../errors.ts";
import { CloseCode, readClosePayload } from "./close-code.ts";
import type { CloseInfo } from "./engine-sink.ts";
import type { EngineState, TransportDuty } from "./engine-state.ts";
import type { TextCodec } from "./platform.ts";
import { Waiters } from "./waiters.ts";

/** From open to closed. */
export class EngineEnd {
  state: EngineState = "open";
  transport: TransportDuty = "keep";
  /** Whether the peer has sent a FIN. */
  inboundEnds = false;
  /** The payload of a Close frame, or the rule that the peer broke, which the sink wants to wait. */
  held: Uint8Array | ProtocolError | undefined;
  #info: CloseInfo | undefined;
  #waiting: Waiters<CloseInfo> | undefined;

  /** Whether it has not begun in any way, and nobody waits for it. */
  get isFarOff(): boolean {
    return this.state === "open" && !this.inboundEnds && this.held === undefined && this.#waiting === undefined;
  }

  /** Resolves when it has ended. */
  get closed(): Promise<CloseInfo> {
    if (this.#info !== undefined) return Promise.resolve(this.#info);
    this.#waiting ??= new Waiters();
    return this.#waiting.wait();
  }

  /** Whether something has come that is not over: then the peer's FIN waits. */
  waitsFor(inbound: { readonly holds: boolean }): boolean {
    return inbound.holds || this.held !== undefined;
  }

  /** It has ended. */
  finish(info: CloseInfo, transport: TransportDuty): void {
    this.state = "closed";
    this.transport = transport;
    this.held = undefined;
    this.#info = info;
    this.#waiting?.tell(info);
  }

  /** The transport is gone: what the peer said last, if it said goodbye and waited for ours; or what it did wrong. */
  toAborted(text: TextCodec, cause: unknown): CloseInfo {
    const { held } = this;
    if (held instanceof Error) return { code: held.closeCode, reason: "", wasClean: false, error: held };
    const said = held && readClosePayload(held, text);
    const { code, reason } = said === undefined || said instanceof Error ? NOTHING_SAID : said;
    const info = { code, reason, wasClean: false };
    return cause === undefined ? info : { ...info, cause };
  }
}

const NOTHING_SAID = { code: CloseCode.abnormal, reason: "" };
