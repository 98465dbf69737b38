/** What may wait to be sent, and what happens to what does not fit. */

/** `reject` the new message, or make room by dropping the oldest, or drop the new one; what is dropped is counted. */
export type OutboxPolicy = "reject" | "drop-oldest" | "drop-newest";

/** The bounds of the outbox. One message always fits. */
export interface OutboxOptions {
  /** @default Infinity: the bytes count what a message costs beside its content */
  readonly messages?: number | undefined;
  /** Bytes, and 64 more for each message; text counts its characters. @default 16 MiB */
  readonly bytes?: number | undefined;
  /** @default "reject": the promise of `send` rejects with `OUTBOX_FULL`; if nobody awaits it, `socket.outbox.dropped` still counts */
  readonly policy?: OutboxPolicy | undefined;
}

/** The bounds with nothing left out. */
export type OutboxBounds = { readonly [Option in keyof OutboxOptions]-?: NonNullable<OutboxOptions[Option]> };
