/** The waiting end of a lane: sends with credit, asks and waits, takes what was delivered. */

import { receiveMessageOnPort } from "node:worker_threads";
import {
  AntiphonError,
  type DisconnectError,
  type ErrorKind,
  SOCKET_THREAD_GONE,
  SOCKET_THREAD_SILENT,
  UsageError,
} from "../../errors.ts";
import type { Message } from "../../protocol/message.ts";
import { makeDisconnectError } from "../../socket/error-owner.ts";
import type { SocketState } from "../../socket/socket-state.ts";
import { atCall } from "./at-call.ts";
import { Delivered } from "./delivered.ts";
import { type EndRecord, fromRecord, toRecord } from "./error-record.ts";
import type { Lane, OpenedRecord, Report, RoomsRecord } from "./lane.ts";
import { PER_MESSAGE, SEND_WINDOW, STATES, Word } from "./lane.ts";
import { sleepUntil } from "./sleep.ts";

/** What a caller is made of. */
export interface CallerOptions {
  readonly lane: Lane;
  /** The socket's number on this lane. */
  readonly number: number;
  /** Whether the other thread shows that it lives: changes as long as it does. @default it always does */
  readonly pulse?: (() => number) | undefined;
  /** The other thread has ended, or does nothing any more. */
  readonly onGone?: (() => void) | undefined;
  /** The socket has ended, and nothing more goes over the lane: it may be used for another one. */
  readonly onEnd?: (() => void) | undefined;
}

/** What is waited for, and what came of it. */
interface Asked {
  readonly id: number;
  answer?: { readonly value: unknown } | { readonly error: Error };
}

/** One socket, as the thread sees it that waits for it. */
export class Caller {
  /** The latest connection. */
  opened: OpenedRecord | undefined;
  readonly #options: CallerOptions;
  readonly #lane: Lane;
  readonly #words: Int32Array;
  readonly #delivered: Delivered;
  /** Bytes that were sent, counted as `Word.acked` is. */
  #sent = 0;
  #lastId = 0;
  /** `Word.signal` when everything had been taken from the port. */
  #pumped = 0;
  #asked: Asked | undefined;
  /** Of a send that nobody waited for: the next one throws it. */
  #failure: Error | undefined;
  #end: EndRecord | undefined;
  #isLeft = false;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#lane = options.lane;
    this.#words = options.lane.words;
    this.#delivered = new Delivered(options.lane.words, () => this.#isLeft || this.post(["more", options.number]));
  }

  get state(): SocketState {
    return this.#isLeft || this.#isGone ? "closed" : STATES[Atomics.load(this.#words, Word.state)]!;
  }

  /** How it ended for good; `undefined` before. */
  get end(): EndRecord | undefined {
    this.#pump();
    if (this.#isGone && !this.#end) this.#threadError(SOCKET_THREAD_GONE, "close");
    return this.#end;
  }

  /** Milliseconds. */
  get latency(): number | undefined {
    const micros = this.#isLeft ? this.#latency : Atomics.load(this.#words, Word.latency);
    return micros === 0 ? undefined : micros / 1000;
  }

  /** When the lane was left. */
  #latency = 0;

  /** The latest connection, with what has been told of it so far. */
  get current(): OpenedRecord | undefined {
    this.#pump();
    return this.opened;
  }

  /** Bytes that the socket has not taken. */
  get inFlight(): number {
    return this.#isLeft ? 0 : (this.#sent - Atomics.load(this.#words, Word.acked)) | 0;
  }

  /** Says the first word on the lane. */
  post(command: readonly unknown[]): void {
    this.#lane.port.postMessage(command);
  }

  /** Sends; returns when there is room for more. Bytes may change afterwards. */
  send(data: Message, compress: boolean, to?: RoomsRecord): void {
    this.#pump();
    if (this.inFlight >= SEND_WINDOW && this.#isOpen) this.#untilRoom();
    if (this.#isOpen) this.#post(data, compress, to);
    else this.#sendUnopened(data, compress, to);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw atCall(failure, this.send);
  }

  #untilRoom(): void {
    Atomics.store(this.#words, Word.wantsRoom, 1);
    try {
      this.#until("send", () => this.inFlight < SEND_WINDOW || !this.#isOpen);
    } finally {
      Atomics.store(this.#words, Word.wantsRoom, 0);
    }
  }

  #post(data: Message, compress: boolean, to?: RoomsRecord): void {
    this.#sent = (this.#sent + data.length + PER_MESSAGE) | 0;
    const { port } = this.#lane;
    const { number } = this.#options;
    if (typeof data === "string") return port.postMessage(["send", number, data, compress, to]);
    // A view would take its whole buffer along. Of a SharedArrayBuffer, too, this is what it holds now.
    const own = new Uint8Array(data);
    port.postMessage(["send", number, own, compress, to], own.length >= WORTH_TRANSFERRING ? [own.buffer] : []);
  }

  /** While there is no connection, the socket itself has to say what becomes of it. */
  #sendUnopened(data: Message, compress: boolean, to?: RoomsRecord): void {
    if (this.#isGone && !this.#end) throw this.#threadError(SOCKET_THREAD_GONE, "send");
    if (this.state === "closed") throw atCall(this.disconnectError("send"), this.send);
    this.ask("send", typeof data === "string" ? data : new Uint8Array(data), compress, to);
  }

  /** What the socket answers. Throws what it throws, with the stack of this call; a `DisconnectError` after the end. */
  ask(call: string, ...args: readonly unknown[]): unknown {
    this.#pump();
    if (this.#isLeft || this.#end) throw atCall(this.disconnectError(call), this.ask);
    const asked: Asked = { id: ++this.#lastId };
    this.#asked = asked;
    this.post(["ask", this.#options.number, asked.id, call, args]);
    try {
      const answer = this.#until(call, () => asked.answer)!;
      if ("error" in answer) throw atCall(answer.error, this.ask);
      return answer.value;
    } finally {
      this.#asked = undefined;
      this.#leaveIfOver();
    }
  }

  /** What `ask` gives; nothing where the end has come first, or comes meanwhile: for calls that are safe after it. */
  askUnlessOver<Answer>(ask: () => Answer): Answer | undefined {
    if (this.end !== undefined) return undefined;
    try {
      return ask();
    } catch (error) {
      if (error instanceof UsageError || this.end === undefined) throw error;
      return undefined;
    }
  }

  /** Tells the socket something that has no answer. Nothing after the end. */
  tell(call: string, ...args: readonly unknown[]): void {
    if (!this.#isLeft) this.post(["ask", this.#options.number, 0, call, args]);
  }

  /** The next message; `null` at the end; `undefined` if neither came within so many milliseconds. */
  next(call: string, timeout: number): Message | null | undefined {
    const waiting = this.#delivered.shift();
    if (waiting !== undefined) return waiting;
    return this.#until(call, () => this.#delivered.shift() ?? (this.#end ? null : undefined), timeout);
  }

  /** Waits for the connection, or why there is none. */
  untilOpen(call: string): OpenedRecord {
    this.#until(call, () => this.opened ?? this.#failure ?? this.#end);
    if (this.opened) return this.opened;
    this.#leave();
    throw atCall(this.#failure ?? this.disconnectError(call), this.untilOpen);
  }

  /** Waits for the end, at most so many milliseconds. Gives how it ended. */
  untilEnd(call: string, timeout: number): EndRecord | undefined {
    return this.#until(call, () => this.#end, timeout);
  }

  /** Nobody has the socket any more, and the lane is for others: it ended with this code, as far as is known here. */
  abandon(code: number): void {
    this.#pump();
    this.#end ??= { code, reason: "", wasClean: true, cause: undefined };
    this.#leave();
  }

  /** The error for a call that the end has overtaken. */
  disconnectError(call: string): DisconnectError {
    if (!this.#end && this.state === "closed" && !this.#isGone) this.untilEnd(call, Infinity);
    const { cause, ...info } = this.#end ?? LOST;
    return makeDisconnectError(this, call, { ...info, cause: cause && fromRecord(cause) });
  }

  /** Takes from the port what has come, without waiting. */
  #pump(): void {
    const signalled = Atomics.load(this.#words, Word.signal);
    // Looking at a port costs more than looking at memory, and most often nothing has come.
    if (signalled === this.#pumped) return;
    this.#pumped = signalled;
    while (!this.#isLeft) {
      const received = receiveMessageOnPort(this.#lane.port) as { message: Report } | undefined;
      if (received === undefined) return;
      const report = received.message;
      // Of a socket that had this lane before.
      if (report[1] === this.#options.number) this.#hear(report);
    }
  }

  #hear(report: Report): void {
    switch (report[0]) {
      case "text":
        this.#delivered.push({ items: [report[2]], packed: undefined, bytes: report[2].length });
        break;
      case "batch":
        this.#delivered.push(report[2]);
        break;
      case "opened":
        this.opened = report[2];
        break;
      case "answer":
        if (this.#asked?.id === report[2]) this.#asked.answer = { value: report[3] };
        break;
      case "failed":
        if (this.#asked?.id === report[2]) this.#asked.answer = { error: fromRecord(report[3]) };
        else if (report[2] === 0) this.#failure ??= fromRecord(report[3]);
        break;
      case "end":
        this.#end = report[2];
        this.#leaveIfOver();
    }
  }

  #leaveIfOver(): void {
    if (this.#end && !this.#asked) this.#leave();
  }

  #leave(): void {
    if (this.#isLeft) return;
    this.#latency = Atomics.load(this.#words, Word.latency);
    this.#isLeft = true;
    this.#options.onEnd?.();
  }

  /** What `look` gives once it gives something; `undefined` when the time is over. */
  #until<Found>(call: string, look: () => Found | undefined | false, timeout = Infinity): Found | undefined {
    return sleepUntil({
      words: this.#words,
      timeout,
      pulse: this.#options.pulse,
      look: () => {
        this.#pump();
        const found = look();
        if (found !== undefined && found !== false) return found;
        if (this.#isGone) throw this.#threadError(SOCKET_THREAD_GONE, call);
        return undefined;
      },
      onSilence: (seconds) => {
        throw this.#threadError(SOCKET_THREAD_SILENT, call, seconds);
      },
    });
  }

  /** From now on it is as if the connection had been lost, so that `close` in a `finally` does no harm. */
  #threadError<Args extends readonly (string | number)[]>(kind: ErrorKind<Args>, ...args: Args): AntiphonError {
    this.#options.onGone?.();
    const error = new AntiphonError(kind.code, kind.sentence(...args));
    this.#end ??= { ...LOST, cause: toRecord(error) };
    return error;
  }

  get #isGone(): boolean {
    return !this.#isLeft && Atomics.load(this.#words, Word.gone) === 1;
  }

  get #isOpen(): boolean {
    return !this.#isLeft && Atomics.load(this.#words, Word.state) === OPEN && !this.#isGone;
  }
}

const OPEN = STATES.indexOf("open");
const LOST: EndRecord = { code: 1006, reason: "", wasClean: false, cause: undefined };
/** Bytes from which on handing over a buffer is cheaper than copying it once more. */
const WORTH_TRANSFERRING = 16_384;
