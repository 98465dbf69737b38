/** The inner life of a client's socket, from its first connection to its last: state, reading, sending, the end. */

import type { DisconnectError, ProtocolError } from "../errors.ts";
import { HEARTBEAT_TIMEOUT, protocolError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import { makeDisconnectError } from "../socket/error-owner.ts";
import { quiet } from "../socket/quiet.ts";
import type { Reading, ReceiveOptions } from "../socket/receive-queue.ts";
import type { SocketCore } from "../socket/socket-core.ts";
import type { SocketState } from "../socket/socket-state.ts";
import type { Wire, WireSink, WireStreamOptions } from "../socket/wire.ts";
import type { Dialed } from "./dialer.ts";
import type { DisconnectInfo } from "./disconnect-info.ts";
import { Intake } from "./intake.ts";
import { Outbox } from "./outbox.ts";
import type { OutboxBounds } from "./outbox-options.ts";
import type { Lost } from "./reconnect.ts";
import type { ClientRuntime } from "./runtime.ts";
import type { Vitals, VitalsOwner } from "./vitals.ts";

/** What a session is made with. */
export interface SessionConfig extends ClientRuntime {
  readonly json: SocketCore["config"]["json"];
  readonly outbox: OutboxBounds;
}

/** Who decides whether a session goes on, and hears of it. */
export interface SessionOwner {
  /** The connection is gone: milliseconds until another one is looked for, or `undefined`: it is over. */
  retryIn(lost: Lost): number | undefined;
  /** The connection is gone, or it is over for good: then it is the last call. */
  sessionOnLost(info: DisconnectInfo): void;
}

/** One for each socket. */
export class Session implements SocketCore, WireSink, VitalsOwner {
  readonly config: SessionConfig;
  readonly id = Math.random().toString(36).slice(2);
  readonly outbox: Outbox;
  readonly intake: Intake;
  /** While it waits: ends that, and tries at once. */
  retry: (() => void) | undefined;
  /** The connection at hand, or the last one. */
  dialed: Dialed | undefined;
  url: URL | undefined;
  wire: Wire | undefined;
  state: SocketState = "connecting";
  readonly closed: Promise<CloseInfo>;
  #tellClosed!: (info: CloseInfo) => void;
  readonly #abort = new AbortController();
  readonly signal: AbortSignal = this.#abort.signal;
  readonly #owner: SessionOwner;
  #vitals: Vitals | undefined;
  /** While the last messages are on their way: ends the deadline. */
  #cancel = () => {};
  /** What was left of them when it began. */
  #left = 0;
  /** No other connection is wanted. */
  #isFinal = false;
  /** How the last connection ended; of the one at hand, why and how we end it. */
  #end = LOST;

  constructor(config: SessionConfig, owner: SessionOwner) {
    this.config = config;
    this.#owner = owner;
    this.outbox = new Outbox(this, config.outbox);
    this.intake = new Intake(this);
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
  }

  get bufferedAmount(): number {
    return this.outbox.bytes + (this.wire?.bufferedAmount ?? 0);
  }

  get canPing(): boolean {
    return !!this.wire?.ping;
  }

  get canStream(): boolean {
    return !!this.config.stream;
  }

  get latency(): number | undefined {
    return this.#vitals?.latency;
  }

  /** There is a connection. `first` is called before anything that waits is sent. */
  open(dialed: Dialed, first: () => void): void {
    const { wire, url } = dialed;
    this.dialed = dialed;
    if (url) this.url = url;
    this.wire = wire;
    this.#end = LOST;
    this.state = "open";
    wire.open(this);
    this.intake.attach();
    this.#vitals = this.config.vitals?.(this);
    this.outbox.attach(wire, first);
  }

  send(message: Message | PreparedMessage, compress: boolean): Promise<void> {
    if (this.#isFinal) return this.#refuse("send");
    this.#vitals?.active?.();
    return this.outbox.send(message, compress);
  }

  stream(chunks: Iterable<Message> | AsyncIterable<Message>, options: WireStreamOptions): Promise<void> {
    const { stream } = this.config;
    if (this.#isFinal || !stream) return this.#refuse("sendStream");
    const onMoved = () => {
      this.#left = Infinity;
    };
    return quiet(stream(this, chunks, { ...options, onMoved }));
  }

  read<Result>(reading: Reading<Result>, options?: ReceiveOptions): Promise<Result> {
    return this.intake.read(reading, options);
  }

  ignoreMessages(): void {
    this.intake.ignore();
  }

  roundTrip(timeout: number): Promise<number> {
    return this.#vitals?.roundTrip?.(timeout) ?? this.#refuse("ping");
  }

  close(code: number, reason: string): void {
    this.config.checkClose(code, reason);
    const end = { code, reason, wasClean: false };
    if (this.state === "connecting") return this.finish(end);
    this.#isFinal = true;
    if (this.state !== "open") return;
    this.#startClosing(end);
    this.#startDeadline();
    // Inside `onOpen`, what has waited until now is yet to be put in line. A promise: Jest's fake timers hold microtasks.
    void Promise.resolve().then(() => {
      if (!this.wire) return;
      this.outbox.turn(() => {
        this.#cancel();
        // An answer to the Close frame says nothing of what went before it: both sides may have closed at once. A pong does.
        if (this.outbox.handed > this.outbox.confirmed) this.#vitals?.ping?.();
        this.wire!.close(code, reason);
      });
    });
  }

  terminate(): void {
    this.#isFinal = true;
    if (this.wire) this.wire.terminate();
    else this.finish(LOST);
  }

  /** Closes this connection for a limit of ours. The server gets the code. Whether there is another is the policy's affair. */
  fail(error: ProtocolError): void {
    if (this.state !== "open") return;
    this.abandon(error.closeCode, error);
  }

  /** Closes this connection, and sends nothing more over it: what waits is for the next one. */
  abandon(code: number, error?: ProtocolError): void {
    this.#startClosing({ ...LOST, code, ...(error && { error }) });
    this.outbox.detach("held");
    this.wire!.close(code, "");
  }

  dead(silence: number): void {
    this.#end = { ...LOST, error: protocolError(HEARTBEAT_TIMEOUT, Math.round(silence)) };
    this.wire!.terminate();
  }

  disconnectError(call: string): DisconnectError {
    return makeDisconnectError(this, call, this.#end);
  }

  wireOnMessage(data: Message): void {
    this.#vitals?.active?.();
    // After a close of ours, what still comes is of no interest.
    if (this.state === "open") this.intake.push(data);
  }

  wireOnPong(payload: Uint8Array): void {
    this.#vitals?.pong?.(payload);
  }

  wireOnRoom(): void {
    this.outbox.pump();
  }

  wireOnGoodbye(): boolean {
    const { goodbye } = this.config;
    goodbye?.(this.wire!);
    return !!goodbye;
  }

  wireOnClose(info: CloseInfo): void {
    const { error, code } = this.#end;
    // Our own reason counts, also where the server does not answer.
    const isOurs = this.state === "closing" && !this.#isFinal;
    const end = { ...(error && { error }), ...info, ...(isOurs && { code }) };
    this.#end = end;
    this.#cancel();
    this.intake.detach();
    this.wire = undefined;
    this.#vitals?.stop(() => this.disconnectError("ping"));
    this.#vitals = undefined;
    this.state = "connecting";
    const retryIn = this.#isFinal ? undefined : this.#owner.retryIn(end);
    if (retryIn === undefined || this.#isFinal) return this.finish(end);
    this.outbox.detach();
    this.#tell(retryIn);
  }

  /** It is over for good. */
  finish(info: CloseInfo): void {
    if (this.state === "closed") return;
    this.#end = info;
    this.#isFinal = true;
    this.state = "closed";
    // Those who were cut are counted, and so is what waits, before it is gone.
    this.outbox.detach("held");
    this.#tell(undefined);
    this.outbox.detach("ended");
    this.#abort.abort(this.disconnectError("signal"));
    this.#tellClosed(info);
    this.intake.end();
  }

  #tell(retryIn: number | undefined): void {
    const { handed, confirmed } = this.outbox;
    this.outbox.handed = confirmed;
    const { length: unsent } = this.outbox;
    this.#owner.sessionOnLost({ ...this.#end, unconfirmed: handed - confirmed, unsent, retryIn });
  }

  #refuse(call: string): Promise<never> {
    return quiet(Promise.reject(this.disconnectError(call)));
  }

  #startClosing(end: CloseInfo): void {
    this.#end = end;
    this.state = "closing";
    // What comes has to be read to find the server's Close frame.
    this.intake.resume();
  }

  /** What is left to be sent has its time anew for as long as the server takes some of it. */
  #startDeadline(): void {
    this.#left = this.#unsent;
    this.#cancel = this.config.clock.after(this.config.limits.closeTimeout, () => {
      if (this.#unsent < this.#left) this.#startDeadline();
      else this.wire!.terminate();
    });
  }

  get #unsent(): number {
    return this.outbox.bytes + this.wire!.unsent();
  }
}

const LOST: CloseInfo = { code: 1006, reason: "", wasClean: false };
