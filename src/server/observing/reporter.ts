/** What sockets report, in the words of the observer. */

import type { Message } from "../../protocol/message.ts";
import type { DropReport, QueueReport, SocketReporter } from "../../socket/socket-config.ts";
import type { Observer } from "./observer.ts";

/** One for all sockets of an app. What nobody hears of is not even made. */
export class Reporter implements SocketReporter {
  readonly #observer: Observer;
  readonly #received = (id: string, data: Message) => this.#observer.messageReceived?.(toSignal(id, data));
  readonly #sent = (id: string, data: Message) => this.#observer.messageSent?.(toSignal(id, data));

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  /** Asked for each message: whether somebody listens may change. */
  get messageReceived(): ((id: string, data: Message) => void) | undefined {
    return this.#observer.messageReceived === undefined ? undefined : this.#received;
  }

  get messageSent(): ((id: string, data: Message) => void) | undefined {
    return this.#observer.messageSent === undefined ? undefined : this.#sent;
  }

  backpressure(id: string, queue: QueueReport): void {
    this.#observer.backpressure?.({ id, ...queue });
  }

  dropped(id: string, drop: DropReport): void {
    this.#observer.messagesDropped?.({ id, ...drop });
  }
}

function toSignal(id: string, data: Message) {
  return { id, type: typeof data === "string" ? ("text" as const) : ("binary" as const), size: data.length };
}
