/** What a client tells of its connection, followed until it ends or nobody wants to know any more. */

import type { NatsConnectionLike, NatsStatus } from "./nats-client.ts";

/** Calls `tell` for each status. Gives what ends it. */
export function followStatus(client: NatsConnectionLike, tell: (status: NatsStatus) => void): () => void {
  let wanted = true;
  // The client's iterator has this, in no type of its own.
  const statuses = client.status() as AsyncIterable<NatsStatus> & { stop?(): void };
  const follow = async () => {
    for await (const status of statuses) {
      if (!wanted) return;
      tell(status);
    }
  };
  follow().catch(() => {});
  return () => {
    wanted = false;
    statuses.stop?.();
  };
}
