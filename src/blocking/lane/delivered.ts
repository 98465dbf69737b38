/** What was delivered over a lane and is read message by message; the other thread sees how much of it was taken. */

import type { Message } from "../../protocol/message.ts";
import { Word } from "./lane.ts";
import { BatchReader, type MessageBatch } from "./message-batch.ts";

/** The receiving half of a waiting thread. */
export class Delivered {
  readonly #words: Int32Array;
  readonly #askForMore: () => void;
  /** In order, behind the one that is being read. */
  readonly #batches: MessageBatch[] = [];
  #reader: BatchReader | undefined;

  /** `askForMore` is called where the other thread waits for what it delivered to be taken. */
  constructor(words: Int32Array, askForMore: () => void) {
    this.#words = words;
    this.#askForMore = askForMore;
  }

  push(batch: MessageBatch): void {
    this.#batches.push(batch);
  }

  /** Takes the next message. */
  shift(): Message | undefined {
    for (;;) {
      const message = this.#reader?.next();
      if (message !== undefined) return message;
      const batch = this.#batches.shift();
      this.#reader = batch && new BatchReader(batch);
      if (batch === undefined) return undefined;
      this.#taken(batch);
    }
  }

  /** There is room for as much; whoever waits for that is told before all has been read, so that nobody waits in turn. */
  #taken({ items, bytes }: MessageBatch): void {
    Atomics.add(this.#words, Word.takenMessages, items.length);
    Atomics.add(this.#words, Word.takenBytes, bytes);
    if (this.#batches.length > 1 || Atomics.load(this.#words, Word.stalled) === 0) return;
    if (Atomics.exchange(this.#words, Word.stalled, 0) === 1) this.#askForMore();
  }
}
