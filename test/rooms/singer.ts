/** A member of rooms that writes down all it gets, from rooms and of its own, as a socket does. */

import type { Message } from "../../src/protocol/message.ts";
import type { PreparedBatch } from "../../src/protocol/prepared-batch.ts";
import type { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import type { Member } from "../../src/rooms/member.ts";
import { deliver, deliverAtOnce, takesAtOnce } from "../../src/rooms/member.ts";
import type { ToMany } from "../../src/socket/socket-config.ts";

let made = 0;

/** One connection. */
export class Singer implements Member {
  readonly id: string;
  userId: string | undefined;
  /** In order: messages of rooms and its own; at the end `close 1000 reason`. */
  readonly heard: Message[] = [];
  readonly messages: PreparedMessage[] = [];
  /** How often a room has written to it, and how often in the way of those who are written to once in a turn. */
  writes = 0;
  writesAtOnce = 0;
  /** Whether something waits before what it would be sent. */
  isBusy = false;
  /** What it does with each message of a room's, before it is written down. */
  onDeliver: (batch: PreparedBatch) => void = () => {};
  readonly #toMany: ToMany | undefined;
  #isClosed = false;

  constructor(toMany?: ToMany, id = `m${++made}`) {
    this.#toMany = toMany;
    this.id = id;
  }

  /** A message of its own: what waits for it goes first. */
  send(text: string): void {
    if (this.#isClosed) return;
    if (this.#toMany?.waits) this.#toMany.catchUp(this);
    this.heard.push(text);
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return;
    if (this.#toMany?.waits) this.#toMany.catchUp(this);
    this.#isClosed = true;
    this.heard.push(`close ${code} ${reason}`);
  }

  [deliver](batch: PreparedBatch): void {
    if (this.#isClosed) return;
    this.onDeliver(batch);
    this.writes++;
    for (const message of batch.messages) {
      this.messages.push(message);
      this.heard.push(message.data);
    }
  }

  get [takesAtOnce](): boolean {
    return !this.#isClosed && !this.isBusy;
  }

  [deliverAtOnce](batch: PreparedBatch): void {
    if (this.#isClosed) throw new Error("a member that is closed takes nothing at once");
    this.writesAtOnce++;
    this[deliver](batch);
  }
}
