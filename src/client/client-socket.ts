/** A socket on the client: what every socket has, and what it knows of the connection it is on. */

import { Socket } from "../socket/socket.ts";
import type { SocketCore } from "../socket/socket-core.ts";
import type { Session } from "./session.ts";

/** A WebSocket to a server, which comes back if it was asked to. Made by `connect`. */
export class ClientSocket extends Socket {
  readonly #session: Session;

  /** For `connect`. `core`: what stands before the session, if anything does. */
  constructor(session: Session, core: SocketCore = session) {
    super(core);
    this.#session = session;
  }

  /** The subprotocol in use, `""` if none. */
  get protocol(): string {
    return this.#session.dialed!.protocol;
  }

  /** Where it is connected to, or tries to. */
  get url(): URL {
    return this.#session.url!;
  }

  /** The headers of the server's answer to the last handshake; `undefined` in browsers, which do not show them. */
  get headers(): Headers | undefined {
    return this.#session.dialed!.headers;
  }

  /** What waits to be sent: its messages, its bytes, and how many messages did not fit so far. */
  get outbox(): { readonly messages: number; readonly bytes: number; readonly dropped: number } {
    const { length: messages, bytes, dropped } = this.#session.outbox;
    return { messages, bytes, dropped };
  }

  /** Tries to connect at once, if it waits for the next attempt: for a button that says so. Else nothing. */
  retry(): void {
    this.#session.retry?.();
  }

  protected override begin(): void {}
}
