/** A client of the package `ws`: someone else's WebSocket, for what an honest client sees. */

import { onTestFinished } from "vitest";
import type { ClientOptions } from "ws";
import { WebSocket } from "ws";
import { Inbox } from "./inbox.ts";
import { within } from "./within.ts";

/** How a WebSocket ended. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** One WebSocket, and what it was sent. */
export class WsPeer {
  readonly socket: WebSocket;
  readonly messages = new Inbox<string>();
  readonly #ending: Promise<Ending>;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.messages.push(String(data)));
    socket.on("error", () => {});
    this.#ending = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    onTestFinished(() => socket.terminate());
  }

  /** Resolves when it is open; rejects with what the server answered instead. */
  static async open(url: string, options: ClientOptions = {}, protocols: string[] = []): Promise<WsPeer> {
    const peer = new WsPeer(new WebSocket(url, protocols, options));
    const opened = new Promise<WsPeer>((resolve, reject) => {
      peer.socket.once("open", () => resolve(peer));
      peer.socket.once("error", reject);
    });
    return within(opened, `WebSocket at ${url}`, 5_000);
  }

  send(message: string | Uint8Array): void {
    this.socket.send(message);
  }

  /** The next message, as text. */
  next(): Promise<string> {
    return this.messages.next("message", 4_000);
  }

  /** Sends text and gives the next message. */
  ask(text: string): Promise<string> {
    this.send(text);
    return this.next();
  }

  close(code = 1000, reason = ""): Promise<Ending> {
    this.socket.close(code, reason);
    return this.ended();
  }

  /** Code and reason, once it is closed. */
  ended(): Promise<Ending> {
    return within(this.#ending, "end of the WebSocket", 4_500);
  }
}
