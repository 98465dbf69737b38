/** What is logged of messages that other machines did not get: while a broker is away, that may be each of them. */

import { amount, bytes } from "./figures.ts";
import { type Logger, thrownInOneLine } from "./logger.ts";
import type { PublicationsLostSignal } from "./observer.ts";

type Why = PublicationsLostSignal["why"];

/** Logs the first of each kind, and what has come together of the others when it is over. */
export class LostLog {
  readonly #logger: Logger;
  readonly #since = new Map<Why, { messages: number; bytes: number }>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  lose(event: PublicationsLostSignal): void {
    const since = this.#since.get(event.why);
    if (since === undefined) {
      this.#since.set(event.why, { messages: 0, bytes: 0 });
      this.#log(event, "; more of it is counted until the broker is back");
    } else {
      since.messages += event.messages;
      since.bytes += event.bytes;
    }
  }

  /** It is over: the broker is back, or given up. */
  sumUp(): void {
    for (const [why, { messages, bytes: size }] of this.#since) {
      if (messages > 0) this.#log({ why, messages, bytes: size }, ", after the first of them");
    }
    this.#since.clear();
  }

  #log({ error, ...fields }: PublicationsLostSignal, more: string): void {
    const said = error === undefined ? "" : `: ${thrownInOneLine(error)}`;
    const line = `${amount(fields.messages, "message")} (${bytes(fields.bytes)}) ${LOST[fields.why]}${said}${more}`;
    this.#logger.warn(fields, line);
  }
}

const LOST: Readonly<Record<PublicationsLostSignal["why"], string>> = {
  overflow: "did not go to other machines: more than limits.publishBuffer waited for the broker",
  unconfirmed: "may not have reached other machines, since the broker did not confirm them",
  "too-large": "did not go to other machines: the broker takes none of that size (NATS: max_payload)",
  closed: "did not go to other machines: the app closed first",
};
