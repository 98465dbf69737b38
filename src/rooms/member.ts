/** What can be in a room. */

import type { PreparedBatch } from "../protocol/prepared-batch.ts";

/** The name of the method by which a room reaches its members: nobody else's affair. */
export const deliver: unique symbol = Symbol("antiphon.deliver");

/** The same where nothing else is sent in this turn. */
export const deliverAtOnce: unique symbol = Symbol("antiphon.deliverAtOnce");

/** Whether that can be done. */
export const takesAtOnce: unique symbol = Symbol("antiphon.takesAtOnce");

/** One connection, as a room sees it. */
export interface Member {
  /** Unique in this process. */
  readonly id: string;
  /** Whose it is, if that was said. */
  readonly userId: string | undefined;
  /** Sends messages that were made ready for many, when the turn ends. Gives nothing back: what has ended takes nothing. */
  [deliver](batch: PreparedBatch): void;
  /** Whether it is open, and nothing waits before what it would be sent now. */
  readonly [takesAtOnce]: boolean;
  /** Only for who takes it at once: the messages are on their way when it returns. They are reported to no observer. */
  [deliverAtOnce](batch: PreparedBatch): void;
  /** Closes it, behind all that was sent. */
  close(code: number, reason: string): unknown;
}
