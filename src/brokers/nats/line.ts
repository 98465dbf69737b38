/** The way to the server: what messages and presence need of it, be it a connection of ours or one that the user has made. */

import type { NatsConnectionLike } from "./nats-client.ts";

/** It is lost and comes back; what is asked of it meanwhile is rejected. */
export interface Line {
  /** For sentences, without secrets. */
  readonly place: string;
  /** The client, while it can be used: whatever is handed to it goes out now or never. */
  readonly client: NatsConnectionLike | undefined;
  /** Resolves when the server has taken all that was handed to the client; rejects with a `BrokerError` when that is not known. */
  flush(call: string): Promise<void>;
  /** What `ask` promises; rejects with a `BrokerError` at once when the connection is lost, or is not there. */
  ask<Value>(call: string, ask: (client: NatsConnectionLike) => Promise<Value>): Promise<Value>;
  /** Ends it: nobody hears of it any more, and what waits is rejected. */
  close(): Promise<void>;
}

/** Who hears of a line. */
export interface LineListener {
  /** There is a new client: what was subscribed to must be so again, at once. What is handed to it arrives before `lineOnBack`. */
  lineOnClient(client: NatsConnectionLike): void;
  /** Once for each loss. */
  lineOnLost(error: unknown): void;
  lineOnBack(): void;
  /** The server said that something went wrong, without ending the connection. */
  lineOnError(error: unknown): void;
}
