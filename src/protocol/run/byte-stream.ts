/** What an engine is run over: bytes in order, both ways. Node's streams, or memory, or whatever carries TCP elsewhere. */

/** One transport connection. None of its methods throws, in any state. */
export interface ByteStream {
  /** Begins to read. `listener` hears of everything from now on, in later turns. Called once. */
  open(listener: ByteStreamListener): void;
  /** Sends the pieces, in order, in one go where it can. It may hold on to them until they are out. */
  write(pieces: readonly Uint8Array[]): void;
  /** Bytes that were written and are not out. */
  readonly bufferedAmount: number;
  /** Whether what was written is nobody's any more once `bufferedAmount` is 0, and may change. Left out: somebody may hold it. */
  readonly letsGo?: boolean;
  /**
   * The same as exactly as it can be known, in the middle of one large piece too: it falls while the peer takes what was
   * sent. Asked now and then, to tell a slow peer from one that is gone.
   */
  unsent(): number;
  /** Whether so much is waiting that `streamOnDrain` will tell when it is out. */
  readonly full: boolean;
  /** Calls `done` when all that was written is out, at once if nothing waits; with `false` if it never will be. */
  flushed(done: (out: boolean) => void): void;
  /** Stops `streamOnData`, soon. */
  pause(): void;
  /** Goes on with it. */
  resume(): void;
  /** Sends a FIN behind all that was written. What the peer sends still comes. */
  end(): void;
  /** Ends at once, both ways; `streamOnClose` follows. */
  destroy(): void;
}

/** Who hears of a stream. */
export interface ByteStreamListener {
  /** Bytes have come. They are the listener's. */
  streamOnData(chunk: Uint8Array): void;
  /** All that was written is out, after it was `full`. */
  streamOnDrain(): void;
  /** The peer sent a FIN. */
  streamOnEnd(): void;
  /** It is over, both ways; with the error, if there was one. Last, and once. */
  streamOnClose(error?: unknown): void;
}
