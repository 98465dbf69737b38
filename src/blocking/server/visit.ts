/** What is told of a connection to the thread that handles it, and what becomes of it there. */

import type { ErrorRecord } from "../lane/error-record.ts";

/** A connection, as plain data. */
export interface Visit {
  /** The number of its socket on the lane. */
  readonly number: number;
  readonly words: Int32Array;
  readonly id: string;
  readonly url: string;
  readonly protocol: string;
  readonly protocols: readonly string[];
  readonly headers: readonly (readonly [string, string])[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly remoteAddress: string;
  readonly data: unknown;
}

/** How a handler ended: as it should, by its own connection's end or a message of the wrong kind, or by an error. */
export type Outcome =
  | { readonly type: "returned" }
  | { readonly type: "fault"; readonly closeCode: number }
  | { readonly type: "threw"; readonly error: ErrorRecord };

/** What the thread says of itself, once. */
export type Loaded = { readonly type: "loaded" } | { readonly type: "unfit"; readonly reason: ErrorRecord };
