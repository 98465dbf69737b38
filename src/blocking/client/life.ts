/** What the thread of the sockets shows of itself in memory that both threads see. */

/** Places in that memory. */
export const Life = {
  /** Grows as long as the thread lives; 0 until it has started. */
  pulse: 0,
  /** 1 once it has ended. */
  ended: 1,
} as const;
