/** A wire around a WebSocket of Deno's own server, which frames and answers pings and goodbyes by itself. */

import { Buffer } from "node:buffer";
import type { ProtocolError } from "../../errors.ts";
import { HELD_TOO_MUCH, MESSAGE_TOO_BIG, protocolError } from "../../errors.ts";
import type { CloseInfo } from "../../protocol/engine-sink.ts";
import type { Message } from "../../protocol/message.ts";
import type { PreparedMessage } from "../../protocol/prepared-message.ts";
import type { OpeningResponse } from "../../server/host.ts";
import type { Wire, WireSink } from "../../socket/wire.ts";
import { WIRE_HIGH_WATER } from "../../socket/wire.ts";
import type { DenoSocket } from "./deno-runtime.ts";
import { HeldMessages } from "./held-messages.ts";

/** The 101 is on its way: until it is out, Deno takes nothing, and what is sent waits here. */
export class DenoWire implements Wire {
  readonly #how: OpeningResponse;
  readonly #native: DenoSocket;
  readonly #held: HeldMessages;
  /** Until it has heard of the end. */
  #sink: WireSink | undefined;
  #state: "opening" | "open" | "closing" | "closed" = "opening";
  #reading: "on" | "paused" = "on";
  /** What was sent before the 101 was out, and its bytes. */
  #early: Message[] = [];
  #earlyBytes = 0;
  /** What was to be said before the 101 was out. */
  #earlyGoodbye: (() => void) | undefined;
  #flushes: ((out: boolean) => void)[] = [];
  #isLooking = false;
  /** What Deno called an error, until it tells of the end. */
  #cause: unknown;
  /** The end, while it waits for what is held. */
  #info: CloseInfo | undefined;
  #cancelDeadline = () => {};
  lastHeard: number;

  constructor(native: DenoSocket, how: OpeningResponse) {
    this.#how = how;
    this.#native = native;
    this.#held = new HeldMessages(how.limits.messageSize);
    this.lastHeard = how.clock.now();
  }

  open(sink: WireSink): void {
    this.#sink = sink;
    const native = this.#native;
    native.addEventListener("open", () => this.#onOpen());
    native.addEventListener("message", ({ data }) => this.#onMessage(data));
    native.addEventListener("error", ({ error, message }) => {
      this.#cause = error ?? message;
      // It tells of no end if it could not even be opened.
      if (this.#state === "opening") this.#end(ABNORMAL);
    });
    native.addEventListener("close", ({ code, reason, wasClean }) => {
      this.#end(wasClean ? { code, reason, wasClean } : ABNORMAL);
    });
    // To a client that has left, Deno sends no 101, and says nothing.
    this.#startDeadline();
  }

  get isOpen(): boolean {
    return this.#state === "open" || (this.#state === "opening" && this.#earlyGoodbye === undefined);
  }

  get bufferedAmount(): number {
    return this.#earlyBytes + (this.#state === "closed" ? 0 : this.#native.bufferedAmount);
  }

  unsent(): number {
    return this.bufferedAmount;
  }

  /** Hot path (bench: `echo`). Deno copies bytes at once. */
  send(message: Message | PreparedMessage): boolean {
    if (!this.isOpen) return false;
    const data = typeof message === "string" || message instanceof Uint8Array ? message : message.data;
    if (this.#state === "open") this.#give(data);
    else {
      this.#early.push(data);
      this.#earlyBytes += data.length;
    }
    const hasRoom = this.bufferedAmount < WIRE_HIGH_WATER;
    if (!hasRoom) this.#look();
    return hasRoom;
  }

  /** Deno throws where the connection is gone and it has not told of that yet. */
  #give(data: Message): void {
    try {
      this.#native.send(data);
    } catch (error) {
      this.#cause = error;
      this.#how.platform.defer(() => this.#end(ABNORMAL));
    }
  }

  flushed(done: (out: boolean) => void): void {
    this.#flushes.push(done);
    this.#look();
  }

  /** Deno reads on: what comes is held here. */
  pause(): void {
    this.#reading = "paused";
  }

  resume(): void {
    this.#reading = "on";
    while (!this.#held.isEmpty) {
      this.#sink?.wireOnMessage(this.#held.take());
      if (this.#isPaused) return;
    }
    if (this.#info !== undefined) this.#tellEnd();
  }

  /** Asked anew: whoever got a message may have paused. */
  get #isPaused(): boolean {
    return this.#reading === "paused";
  }

  close(code: number | undefined, reason: string): void {
    if (!this.isOpen) return;
    const say = () => {
      this.#state = "closing";
      this.#native.close(code, cut(reason));
      this.#startDeadline();
    };
    if (this.#state === "open") say();
    else this.#earlyGoodbye = say;
  }

  /** Deno cannot cut a connection: the peer is told to go, and whether it does is no matter of ours any more. */
  terminate(): void {
    this.#held.clear();
    if (this.#state !== "closed") this.#native.close();
    this.#end(ABNORMAL);
    if (this.#info !== undefined) this.#tellEnd();
  }

  #onOpen(): void {
    // Given up meanwhile.
    if (this.#state === "closed") return this.#native.close();
    this.#cancelDeadline();
    this.#state = "open";
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    for (const data of early) this.#give(data);
    this.#earlyGoodbye?.();
    this.#sink?.wireOnRoom();
    this.#look();
  }

  /** Hot path (bench: `echo`). */
  #onMessage(given: string | ArrayBuffer): void {
    if (this.#state !== "open") return;
    const { clock, limits } = this.#how;
    this.lastHeard = clock.now();
    const data = typeof given === "string" ? given : new Uint8Array(given);
    if (data.length * MOST_BYTES > limits.messageSize) {
      const size = typeof data === "string" ? Buffer.byteLength(data) : data.length;
      if (size > limits.messageSize) return this.#fail(protocolError(MESSAGE_TOO_BIG, size, limits.messageSize));
    }
    if (this.#reading === "on") return this.#sink?.wireOnMessage(data);
    if (this.#held.isFull) return this.#fail(protocolError(HELD_TOO_MUCH, limits.messageSize));
    this.#held.push(data);
  }

  #fail(error: ProtocolError): void {
    this.#native.close(error.closeCode);
    this.#end({ code: error.closeCode, reason: "", wasClean: false, error });
  }

  #end(info: CloseInfo): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#early = [];
    this.#earlyBytes = 0;
    this.#cancelDeadline();
    this.#info = this.#cause === undefined || info.wasClean ? info : { ...info, cause: this.#cause };
    if (this.#held.isEmpty) this.#tellEnd();
  }

  #tellEnd(): void {
    const info = this.#info!;
    const sink = this.#sink;
    this.#info = undefined;
    // Deno keeps the WebSocket of a client that vanished, and with it this wire: not what is behind it, too.
    this.#sink = undefined;
    sink?.wireOnClose(info);
    this.#look();
  }

  /** Deno does not tell when something has left: it is looked at every few milliseconds while somebody waits for it. */
  #look(): void {
    if (this.bufferedAmount === 0) {
      const told = this.#flushes;
      this.#flushes = [];
      for (const done of told) done(this.#state !== "closed");
    } else if (!this.#isLooking) {
      this.#isLooking = true;
      this.#how.clock.after(LOOK, () => {
        this.#isLooking = false;
        if (this.#state !== "closed") this.#sink?.wireOnRoom();
        this.#look();
      });
    }
  }

  #startDeadline(): void {
    this.#cancelDeadline();
    this.#cancelDeadline = this.#how.clock.after(this.#how.closeTimeout, () => this.terminate());
  }
}

const ABNORMAL: CloseInfo = { code: 1006, reason: "", wasClean: false };

/** Milliseconds. */
const LOOK = 4;

/** A character of a string has up to so many bytes in UTF-8. */
const MOST_BYTES = 3;

/** RFC 6455, 5.5: "All control frames MUST have a payload length of 125 bytes or less", two of them for the code. */
function cut(reason: string): string {
  return reason.slice(0, new TextEncoder().encodeInto(reason, new Uint8Array(123)).read);
}
