/** Work for a server: connections that send bursts of messages and wait for all that has to come back. Counts, measures no time of its own. */

import type { Socket } from "node:net";
import { clientFrame, openRaw } from "./raw-client.ts";

/** What a text of 64 bytes is in a frame of the server's. */
const PAYLOAD = Buffer.from("Antiphon. ".repeat(7).slice(0, 64));
const FRAME = PAYLOAD.length + 2;

/** How hard to work. */
export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  /** Messages that a connection sends in one go, before it waits for the answers. */
  readonly inFlight: number;
}

/** A load that has connected. */
export interface Load {
  /** Works for so long; gives how many messages came back. */
  run(milliseconds: number): Promise<number>;
  close(): void;
}

/** Every connection sends, and waits for its own echoes. */
export async function echoLoad({ port, connections, inFlight }: LoadOptions): Promise<Load> {
  const sockets = await openMany(connections, { port, path: "/echo" });
  const speakers = sockets.map((socket) => new Speaker([socket], inFlight));
  return {
    async run(milliseconds) {
      const until = performance.now() + milliseconds;
      const counts = await Promise.all(speakers.map((speaker) => speaker.run(until)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    close: () => closeAll(sockets),
  };
}

/** One connection of a room sends, and waits until all in the room have got it. */
export async function roomLoad({ port, connections, inFlight }: LoadOptions): Promise<Load> {
  const sockets = await openMany(connections, { port, path: "/room" });
  const speaker = new Speaker(sockets, inFlight);
  return {
    run: (milliseconds) => speaker.run(performance.now() + milliseconds),
    close: () => closeAll(sockets),
  };
}

/** Opens them, many at a time. A batch has an address of its own: finding a free port among thousands takes long. */
export async function openMany(count: number, target: { port: number; path: string }): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let left = count; left > 0; left -= AT_ONCE) {
    batches++;
    const localAddress = process.platform === "linux" ? `127.0.${batches % 100}.${2 + (batches % 251)}` : undefined;
    const batch = Array.from({ length: Math.min(AT_ONCE, left) }, () => openRaw({ ...target, localAddress }));
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets;
}

let batches = 0;

/** Less than a server's backlog, and than the handshakes that it takes at a time. */
const AT_ONCE = 200;

/** The first of its sockets sends; all of them have to hear it. */
class Speaker {
  readonly #socket: Socket;
  readonly #burst: Buffer;
  readonly #expected: number;
  readonly #perBurst: number;
  #missing = 0;
  #messages = 0;
  #until = 0;
  #done: (messages: number) => void = () => {};

  constructor(sockets: readonly Socket[], inFlight: number) {
    this.#socket = sockets[0]!;
    this.#burst = Buffer.concat(Array.from({ length: inFlight }, () => clientFrame(0x81, PAYLOAD)));
    this.#perBurst = inFlight * sockets.length;
    this.#expected = this.#perBurst * FRAME;
    for (const socket of sockets) {
      socket.on("data", (chunk: Buffer) => this.#heard(chunk.length));
      socket.resume();
    }
  }

  run(until: number): Promise<number> {
    this.#until = until;
    this.#messages = 0;
    this.#send();
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  #send(): void {
    this.#missing = this.#expected;
    this.#socket.write(this.#burst);
  }

  #heard(bytes: number): void {
    this.#missing -= bytes;
    if (this.#missing > 0) return;
    if (this.#missing < 0) throw new Error("more came than was asked for");
    this.#messages += this.#perBurst;
    if (performance.now() < this.#until) this.#send();
    else this.#done(this.#messages);
  }
}

/** By a reset, which leaves no port in TIME_WAIT. */
export function closeAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.resetAndDestroy();
}
