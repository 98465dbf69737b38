/** An open WebSocket as the doctor sees it: what came, how it ended, and what TCP did at the end. Sends nothing unasked. */

import type { CloseInfo, Engine } from "../../protocol/index.ts";
import { runEngine } from "../../protocol/node/index.ts";
import type { Patience } from "./deadline.ts";
import { beforeDeadline, LATE } from "./deadline.ts";
import type { Open } from "./shake.ts";

/** How a connection ended. */
export interface Ending {
  readonly info: CloseInfo;
  /** When, by `performance.now()`. */
  readonly at: number;
}

/** How TCP ended: by a FIN in order, by a reset or another error, by us because nothing came, or not yet. */
export type TcpEnd = "open" | "fin" | "error" | "destroyed";

/** One connection from its opening to its end. */
export class Conversation {
  /** Resolves when the WebSocket is over. */
  readonly ended: Promise<Ending>;
  /** Resolves when TCP is over in the server's direction. */
  readonly tcpEnded: Promise<void>;
  /** When it was opened, and when a byte last came or a frame of ours last left, by `performance.now()`. */
  readonly openedAt = performance.now();
  lastTraffic = performance.now();
  pingsOfServer = 0;
  messages = 0;
  /** The system's word for the error that TCP ended with. */
  tcpError: string | undefined;
  tcpEnd: TcpEnd = "open";
  readonly #engine: Engine;
  readonly #pongs = new Set<(payload: string) => void>();
  #onText: ((text: string) => void) | undefined;
  #text = "";
  #count = 0;
  #ending: Ending | undefined;

  constructor({ stream, head, deflate }: Open) {
    let over: (ending: Ending) => void = () => {};
    this.ended = new Promise((resolve) => {
      over = resolve;
    });
    this.tcpEnded = new Promise((resolve) => {
      const end = (how: TcpEnd) => {
        if (this.tcpEnd === "open") this.tcpEnd = how;
        resolve();
      };
      stream.once("end", () => end("fin"));
      stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
        this.tcpError ??= code ?? message;
        end("error");
      });
      stream.once("close", () => end("destroyed"));
    });
    this.#engine = runEngine(stream, {
      role: "client",
      deflate,
      head,
      // Whoever made the stream ends it.
      closeTimeout: Number.POSITIVE_INFINITY,
      // Nothing is kept, so that a server that says a lot costs nothing.
      limits: { messageSize: Number.POSITIVE_INFINITY, fragments: Number.POSITIVE_INFINITY },
      sink: {
        message: () => {},
        part: (data, last) => this.#takePart(data, last),
        ping: () => {
          this.pingsOfServer++;
          this.lastTraffic = performance.now();
        },
        pong: (payload) => {
          this.lastTraffic = performance.now();
          for (const hear of this.#pongs) hear(Buffer.from(payload).toString("latin1"));
        },
        close: (info) => {
          this.#ending = { info, at: performance.now() };
          over(this.#ending);
        },
      },
    });
    this.#engine.inParts = true;
    // Whoever read the answer has paused it.
    stream.resume();
  }

  /** How it ended, if it has. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Pings once: milliseconds there and back, or `undefined` if no pong came in time, or the end. */
  async ping(patience: Patience): Promise<number | undefined> {
    if (this.#ending !== undefined) return undefined;
    const payload = `antiphon doctor ${++this.#count}`;
    const begin = performance.now();
    let hear: ((payload: string) => void) | undefined;
    const pong = new Promise<number>((resolve) => {
      hear = (came) => came === payload && resolve(performance.now() - begin);
      this.#pongs.add(hear);
    });
    this.#engine.ping(Buffer.from(payload, "latin1"));
    const over = this.ended.then(() => undefined);
    const took = await beforeDeadline(Promise.race([pong, over]), patience).finally(() => {
      if (hear) this.#pongs.delete(hear);
    });
    return took === LATE ? undefined : took;
  }

  /** Sends a text, and gives the first text that is long enough to be its echo; `undefined`: none in time, or the end. */
  async echo(text: string, patience: Patience): Promise<string | undefined> {
    if (this.#ending !== undefined) return undefined;
    let first: string | undefined;
    const answer = new Promise<string>((resolve) => {
      this.#onText = (came) => {
        first ??= came;
        if (came.includes(text)) resolve(came);
      };
    });
    this.#engine.send(text);
    const over = this.ended.then(() => undefined);
    const came = await beforeDeadline(Promise.race([answer, over]), patience);
    this.#onText = undefined;
    return came === LATE ? first : came;
  }

  /** Waits so many milliseconds, in silence; gives the end if it came before. */
  async waits(milliseconds: number, { signal }: Patience): Promise<Ending | undefined> {
    const outcome = await beforeDeadline(this.ended, { timeout: milliseconds, signal });
    return outcome === LATE ? undefined : outcome;
  }

  /** Begins the closing handshake, and gives how it ended; `undefined`: the server has not answered in time. */
  close({ timeout, signal }: Patience): Promise<Ending | undefined> {
    this.#engine.close(1000);
    return this.waits(timeout, { timeout, signal });
  }

  #takePart(data: string | Uint8Array, last: boolean): void {
    this.lastTraffic = performance.now();
    if (this.#onText !== undefined && typeof data === "string" && this.#text.length < MOST_TEXT) this.#text += data;
    if (!last) return;
    this.messages++;
    this.#onText?.(this.#text);
    this.#text = "";
  }
}

/** Enough for the echo, whatever is put before it. */
const MOST_TEXT = 64 * 1024;
