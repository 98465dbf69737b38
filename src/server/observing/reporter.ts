/** What sockets report, in the words of the observer. */

import type { Message } from "../../protocol/message.ts";
import type { QueueReport, SlowConsumerPolicy, SocketReporter } from "../../socket/socket-config.ts";
import type { Observer } from "./observer.ts";

/** One for all sockets of an app. What nobody hears of is not even made. */
export class Reporter implements SocketReporter {
  readonly #observer: Observer;
  readonly #policy: SlowConsumerPolicy;
  readonly #received = (id: string, data: Message) => this.#observer.messageReceived?.(toSignal(id, data));
  readonly #sent = (id: string, data: Message) => this.#observer.messageSent?.(toSignal(id, data));

  constructor(observer: Observer, policy: SlowConsumerPolicy) {
    this.#observer = observer;
    this.#policy = policy;
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

  dropped(id: string, { messages, bytes }: { readonly messages: number; readonly bytes: number }): void {
    if (this.#policy === "close") return;
    this.#observer.messagesDropped?.({ id, policy: this.#policy, messages, bytes });
  }
}

function toSignal(id: string, data: Message) {
  return { id, type: typeof data === "string" ? ("text" as const) : ("binary" as const), size: data.length };
}
