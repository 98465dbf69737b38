/** A native WebSocket that the test plays: it notes what is asked of it, and says what the test wants. */

import type { NativeSocket } from "../../../src/client/browser/native-socket.ts";

type Event = "open" | "message" | "close";

export class PlayedSocket implements NativeSocket {
  binaryType = "blob";
  readyState = 0;
  protocol = "";
  /** `NaN` where a runtime does not count. */
  bufferedAmount = 0;
  readonly sent: (string | Uint8Array)[] = [];
  readonly closes: unknown[][] = [];
  readonly #listeners: [Event, (event: never) => void][] = [];

  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }

  close(...args: unknown[]): void {
    this.closes.push(args);
    if (this.readyState < 2) this.readyState = 2;
  }

  addEventListener(type: Event, listener: (event: never) => void): void {
    this.#listeners.push([type, listener]);
  }

  tell(type: Event, event: object = {}): void {
    for (const [of, listener] of this.#listeners) if (of === type) listener(event as never);
  }
}
