/** A channel to an exchange in the same process: what goes through it is copied, and comes in a later turn, as between processes. */

import { deserialize, serialize } from "node:v8";
import type { OpenChannel } from "./channel-broker.ts";
import type { Send } from "./channel-messages.ts";
import type { Exchange } from "./exchange.ts";

/** The way from this process to its own exchange. */
export function loopbackTo(exchange: Pick<Exchange, "open">): OpenChannel {
  return (hear) => {
    const port = exchange.open(carry(hear));
    return carry((message) => port.take(message));
  };
}

function carry<Message>(hear: (message: Message) => void): Send<Message> {
  return (message, taken) => {
    const bytes = serialize(message);
    setImmediate(() => {
      taken();
      hear(deserialize(bytes));
    });
  };
}
