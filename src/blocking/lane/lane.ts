/** A lane: how one socket's traffic crosses from the thread that has it to the thread that waits for it. */

import type { MessagePort } from "node:worker_threads";
import type { Message } from "../../protocol/message.ts";
import type { SocketState } from "../../socket/socket-state.ts";
import type { EndRecord, ErrorRecord } from "./error-record.ts";
import type { MessageBatch } from "./message-batch.ts";

/** One end of a lane: what is said, and a few words of memory that both threads see. The port serves one socket after another. */
export interface Lane {
  readonly port: MessagePort;
  readonly words: Int32Array;
}

/** What the words of memory mean. Counts wrap around; only their differences are used. */
export const Word = {
  /** Grows whenever there is something to look at; the waiting thread sleeps on it. */
  signal: 0,
  /** A place in `STATES`. */
  state: 1,
  /** Bytes of messages that the socket has taken, of those that it was sent. */
  acked: 2,
  /** Messages that were taken for reading, and their bytes. */
  takenMessages: 3,
  takenBytes: 4,
  /** 1 while reading waits for what was delivered to be taken. */
  stalled: 5,
  /** Microseconds of the last ping's round trip; 0: none yet. */
  latency: 6,
  /** 1 once the thread of the sockets has ended. */
  gone: 7,
  /** 1 while a send waits for `acked` to grow: else nobody is to be woken for that. */
  wantsRoom: 8,
} as const;

/** The states by their number. */
export const STATES: readonly SocketState[] = ["connecting", "open", "closing", "closed"];

/** Whom a message is for, if not for the socket's peer: rooms, with this socket or without. */
export interface RoomsRecord {
  readonly rooms: readonly string[];
  readonly withSelf: boolean;
}

/**
 * What the waiting thread says. Every command names the socket that it is meant for by a number, since lanes are used
 * again.
 */
export type Command =
  | readonly ["connect", socket: number, words: Int32Array, place: unknown, options: object]
  | readonly ["send", socket: number, data: Message, compress: boolean, to?: RoomsRecord]
  | readonly ["more", socket: number]
  | readonly ["ask", socket: number, id: number, call: string, args: readonly unknown[]];

/** What it hears. `text` is a parcel with nothing else in it. */
export type Report =
  | readonly ["text", socket: number, text: string]
  | readonly ["batch", socket: number, batch: MessageBatch]
  | readonly ["opened", socket: number, opened: OpenedRecord]
  | readonly ["answer", socket: number, id: number, value: unknown]
  | readonly ["failed", socket: number, id: number, error: ErrorRecord]
  | readonly ["end", socket: number, end: EndRecord];

/** A connection that has opened. */
export interface OpenedRecord {
  readonly url: string;
  readonly protocol: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Bytes that may be on their way to a socket. Enough for a fast sender never to wait for a fast peer. */
export const SEND_WINDOW = 256 * 1024;

/** What a message costs beside its content. */
export const PER_MESSAGE = 64;

/** What may have been delivered and not been taken. */
export interface ReceiveWindow {
  readonly messages: number;
  readonly bytes: number;
}

/** The memory of one socket: nothing of an earlier one can write into it. */
export function makeWords(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * Object.keys(Word).length));
}

/** Wakes the thread that waits. */
export function signal({ words }: Lane): void {
  Atomics.add(words, Word.signal, 1);
  Atomics.notify(words, Word.signal);
}
