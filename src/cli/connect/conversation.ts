/** A conversation with a server: one connection after the other, what was sent and what came, told as it happens. */

import { type ClientSocket, type CloseInfo, type ConnectOptions, connect, type Message } from "../../client/index.ts";
import { errorInWords } from "../words.ts";

/** Who is told. */
export interface Listener {
  /** `took`: milliseconds since a message was sent that had no answer yet. The next one is read when it has resolved. */
  message(message: Message, took: number | undefined): Promise<void>;
  opened(socket: ClientSocket, info: { readonly again: boolean; readonly took: number }): void;
  /** It was lost, or an attempt failed; the next attempt is in so many milliseconds. */
  away(problem: CloseInfo | Error, retryIn: number): void;
  /** It is over, and there will be no other attempt. */
  ended(info: CloseInfo): void;
}

/** A conversation. */
export class Conversation {
  readonly #url: URL;
  readonly #options: ConnectOptions;
  readonly #listener: Listener;
  #socket: ClientSocket | undefined;
  #isConnecting = false;
  #opened = 0;
  #sent = 0;
  #received = 0;
  #sentAt: number | undefined;

  constructor(url: URL, options: ConnectOptions, listener: Listener) {
    this.#url = url;
    this.#options = options;
    this.#listener = listener;
  }

  /** The connection, as far as there is one. */
  get socket(): ClientSocket | undefined {
    return this.#socket;
  }

  get sent(): number {
    return this.#sent;
  }

  get received(): number {
    return this.#received;
  }

  /** Milliseconds for which it has been open; `undefined` if it is not. */
  get openFor(): number | undefined {
    return this.#socket?.open ? performance.now() - this.#opened : undefined;
  }

  /** Whether a connection is being opened that has not been there before. */
  get isConnecting(): boolean {
    return this.#isConnecting;
  }

  /** Connects; with `reconnect`, when it has worked at last. Rejects as `connect` does. */
  async connect(signal: AbortSignal): Promise<void> {
    this.#isConnecting = true;
    try {
      this.#socket = await this.#open(signal);
    } finally {
      this.#isConnecting = false;
    }
    void this.#read(this.#socket);
  }

  #open(signal: AbortSignal): Promise<ClientSocket> {
    const started = performance.now();
    let opened = 0;
    return connect(this.#url, {
      ...this.#options,
      signal,
      onOpen: (socket) => {
        this.#opened = performance.now();
        this.#listener.opened(socket, { again: opened++ > 0, took: this.#opened - started });
      },
      onRetry: ({ error, retryIn }) => this.#listener.away(toError(error), retryIn),
      onDisconnect: (info) => {
        this.#sentAt = undefined;
        if (info.retryIn !== undefined) this.#listener.away(info, info.retryIn);
      },
    });
  }

  /** Connects again: at once, if it waits for the next attempt; anew, if it is over or open. */
  async reconnect(signal: AbortSignal): Promise<void> {
    const socket = this.#socket;
    if (this.#isConnecting) return;
    if (socket?.state === "connecting") return socket.retry();
    this.#isConnecting = true;
    this.#socket = undefined;
    await socket?.close();
    await this.connect(signal);
  }

  /** Sends; resolves when more can be sent. */
  async send(message: Message): Promise<void> {
    const sending = this.#socket!.send(message);
    this.#sent++;
    this.#sentAt ??= performance.now();
    await sending;
  }

  async #read(socket: ClientSocket): Promise<void> {
    for await (const message of socket) {
      const took = this.#sentAt === undefined ? undefined : performance.now() - this.#sentAt;
      this.#sentAt = undefined;
      this.#received++;
      await this.#listener.message(message, took);
    }
    const info = await socket.closed;
    this.#sentAt = undefined;
    // Whoever asked for another one knows that this one is over.
    if (this.#socket === socket) this.#listener.ended(info);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(errorInWords(error));
}
