/** What a connection with a single server and one with a cluster have in common. Either ends once, and is then replaced. */

import type { Commands } from "./driver.ts";

/** An open connection, with all that belongs to it. Channels are ASCII without braces. */
export interface Link {
  readonly commands: Commands;
  /** It was lost or closed: what is asked of it is rejected. */
  readonly ended: boolean;
  publish(channel: string, message: Buffer): Promise<unknown>;
  subscribe(channels: readonly string[]): Promise<unknown>;
  unsubscribe(channels: readonly string[]): Promise<unknown>;
  /** Ends it as if it had been lost. */
  end(error: unknown): void;
  /** Ends it, and tells nobody. */
  retire(): void;
}
