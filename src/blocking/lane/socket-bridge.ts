/** The awaiting end of a lane: does on a socket what the waiting thread says, and delivers what comes, a parcel a turn. */

import { DisconnectError } from "../../errors.ts";
import type { CloseInfo } from "../../protocol/engine-sink.ts";
import type { Message } from "../../protocol/message.ts";
import type { Socket } from "../../socket/socket.ts";
import { toRecord } from "./error-record.ts";
import type { Command, Lane, OpenedRecord, ReceiveWindow, Report, RoomsRecord } from "./lane.ts";
import { PER_MESSAGE, STATES, signal, Word } from "./lane.ts";
import { BatchWriter } from "./message-batch.ts";

/** What a bridge is made of. */
export interface BridgeOptions {
  readonly lane: Lane;
  /** The socket's number on this lane. */
  readonly number: number;
  readonly window: ReceiveWindow;
  /** What can be asked beside what every socket can, by name. */
  readonly calls?: Readonly<Record<string, (...args: never[]) => unknown>>;
  /** Sends to rooms. */
  readonly sendTo?: (data: Message, to: RoomsRecord) => void;
}

/** One socket, for the thread that waits for it. */
export class SocketBridge {
  readonly #options: BridgeOptions;
  readonly #lane: Lane;
  readonly #batch = new BatchWriter();
  #socket: Socket | undefined;
  /** What was delivered, counted as `Word.taken…` are. */
  #delivered = { messages: 0, bytes: 0 };
  #isFlushing = false;
  #goOn: (() => void) | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#lane = options.lane;
  }

  /** There is a connection; the first one, or another. */
  opened(socket: Socket, opened: OpenedRecord): void {
    this.#socket = socket;
    // Before it is told: whoever hears of it finds it open.
    this.mirror();
    this.#report(["opened", this.#options.number, opened]);
  }

  /** Reads from now on, until the end, and tells that. Resolves then. Never rejects. */
  async carry(socket: Socket): Promise<void> {
    this.#socket = socket;
    this.mirror();
    const [info] = await Promise.all([this.#untilClosed(socket), this.#read(socket)]);
    this.end(info);
  }

  /** There never was a connection. */
  failed(error: unknown): void {
    Atomics.store(this.#lane.words, Word.state, STATES.indexOf("closed"));
    this.#report(["failed", this.#options.number, 0, toRecord(error)]);
  }

  /** It is over, and everything was delivered. */
  end({ code, reason, wasClean, error, cause }: CloseInfo): void {
    this.#flush();
    const why = cause ?? error;
    const end = { code, reason, wasClean, cause: why === undefined ? undefined : toRecord(why) };
    this.#report(["end", this.#options.number, end]);
  }

  /** Shows the waiting thread how the socket stands. */
  mirror(): void {
    if (this.#socket === undefined) return;
    const { words } = this.#lane;
    const state = STATES.indexOf(this.#socket.state);
    // A round trip that was too short to be measured is still one.
    const { latency } = this.#socket;
    if (latency !== undefined) Atomics.store(words, Word.latency, Math.max(1, Math.round(latency * 1000)));
    if (Atomics.exchange(words, Word.state, state) !== state) signal(this.#lane);
  }

  /** Does what the waiting thread says. */
  hear(command: Command): void {
    // Of a socket that had this lane before.
    if (command[1] !== this.#options.number || this.#socket === undefined) return;
    switch (command[0]) {
      case "send":
        return this.#send(command[2], command[3], command[4]);
      case "more":
        return this.#goOn?.();
      case "ask":
        return void this.#answer(command[2], command[3], command[4]);
    }
  }

  #send(data: Message, compress: boolean, to: RoomsRecord | undefined): void {
    const cost = data.length + PER_MESSAGE;
    let sent: Promise<void> | undefined;
    try {
      sent = this.#sendNow(data, compress, to);
    } catch (error) {
      this.#sendFailed(error);
    }
    if (sent === undefined) return this.#ack(cost);
    sent.then(
      () => this.#ack(cost),
      (error) => {
        this.#sendFailed(error);
        this.#ack(cost);
      },
    );
  }

  #sendNow(data: Message, compress: boolean, to: RoomsRecord | undefined): Promise<void> | undefined {
    if (to === undefined) return this.#socket!.send(data, { compress });
    this.#options.sendTo?.(data, to);
    return undefined;
  }

  #sendFailed(error: unknown): void {
    // The end is told anyway.
    if (!(error instanceof DisconnectError)) this.#report(["failed", this.#options.number, 0, toRecord(error)]);
  }

  #ack(cost: number): void {
    const { words } = this.#lane;
    Atomics.add(words, Word.acked, cost);
    if (Atomics.load(words, Word.wantsRoom) === 1) signal(this.#lane);
  }

  async #answer(id: number, call: string, args: readonly unknown[]): Promise<void> {
    const { number } = this.#options;
    try {
      const value = await this.#call(call, args);
      this.#flush();
      this.mirror();
      if (id !== 0) this.#report(["answer", number, id, value]);
    } catch (error) {
      if (id !== 0) this.#report(["failed", number, id, toRecord(error)]);
    }
  }

  #call(call: string, args: readonly unknown[]): unknown {
    const socket = this.#socket!;
    switch (call) {
      case "send": {
        const [data, compress, to] = args as [Message, boolean, RoomsRecord | undefined];
        return this.#sendNow(data, compress, to);
      }
      case "ping":
        return socket.ping(args[0] as object);
      case "close": {
        const closed = socket.close(args[0] as number, args[1] as string);
        this.mirror();
        return closed.then(() => undefined);
      }
      case "terminate":
        return socket.terminate();
      case "bufferedAmount":
        return socket.bufferedAmount;
      case "ignoreMessages":
        return socket.ignoreMessages();
      default:
        return this.#options.calls?.[call]?.(...(args as never[]));
    }
  }

  async #untilClosed(socket: Socket): Promise<CloseInfo> {
    const info = await socket.closed;
    this.mirror();
    this.#goOn?.();
    return info;
  }

  async #read(socket: Socket): Promise<void> {
    try {
      for (;;) {
        const message = await socket.receive();
        this.#batch.add(message);
        if (this.#isWindowFull) await this.#untilTaken(socket);
        else if (!this.#isFlushing) this.#flushNow();
      }
    } catch {
      // The end, or it is read no more: what is to be told of that, `closed` has.
    }
  }

  /** The first message of a turn goes at once, the others as one. Node calls this once no promise is left to be settled. */
  #flushNow(): void {
    this.#flush();
    this.#isFlushing = true;
    process.nextTick(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const { length: messages, bytes } = this.#batch;
    if (messages === 0) return;
    this.#delivered.messages = (this.#delivered.messages + messages) | 0;
    this.#delivered.bytes = (this.#delivered.bytes + bytes) | 0;
    const { batch, transfer } = this.#batch.take();
    const { number } = this.#options;
    const [first] = batch.items;
    // Most round trips are one text, and half of the cost of copying a parcel is the parcel.
    if (messages === 1 && typeof first === "string") this.#report(["text", number, first]);
    else this.#report(["batch", number, batch], transfer);
  }

  get #isWindowFull(): boolean {
    const { words } = this.#lane;
    const { window } = this.#options;
    const messages = (this.#delivered.messages - Atomics.load(words, Word.takenMessages)) | 0;
    const bytes = (this.#delivered.bytes - Atomics.load(words, Word.takenBytes)) | 0;
    return messages + this.#batch.length >= window.messages || bytes + this.#batch.bytes >= window.bytes;
  }

  /** Reads no further, so that the peer is held back, until the waiting thread has taken what it has. */
  async #untilTaken(socket: Socket): Promise<void> {
    this.#flush();
    const { words } = this.#lane;
    while (this.#isWindowFull && socket.state !== "closed") {
      const more = new Promise<void>((resolve) => {
        this.#goOn = resolve;
      });
      Atomics.store(words, Word.stalled, 1);
      // It may have been taken before that could be seen.
      if (!this.#isWindowFull) break;
      await more;
    }
    this.#goOn = undefined;
    Atomics.store(words, Word.stalled, 0);
  }

  #report(report: Report, transfer: readonly ArrayBuffer[] = NONE): void {
    this.#lane.port.postMessage(report, transfer);
    signal(this.#lane);
  }
}

const NONE: readonly ArrayBuffer[] = [];
