/** One visit of a random client: a TCP connection, some way of talking over it, and some way of leaving. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { deflateRawSync } from "node:zlib";
import { clientFrame, upgradeRequest } from "../../bench/support/raw-client.ts";
import type { Chance } from "./chance.ts";
import { ServerBytes } from "./server-bytes.ts";
import { PATHS } from "./soak-app.ts";

/** What all visits of a process have seen. */
export interface Report {
  /** How many there were of each kind. */
  readonly kinds: Record<string, number>;
  /** What a server must not do. */
  readonly faults: string[];
}

/** A client does not stay longer by itself. Milliseconds. */
const LONGEST_VISIT = 2000;

/** One visit. */
export class Visit {
  readonly #port: number;
  readonly #chance: Chance;
  readonly #report: Report;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  readonly #incoming: ServerBytes;
  #state: "here" | "staying" | "gone" = "here";

  constructor(port: number, chance: Chance, report: Report) {
    this.#port = port;
    this.#chance = chance;
    this.#report = report;
    // Six machines, as far as limits by address go.
    const localAddress = process.platform === "linux" ? `127.0.0.${chance.between(2, 7)}` : undefined;
    const where = { port, host: "127.0.0.1", allowHalfOpen: true, ...(localAddress && { localAddress }) };
    this.#socket = connect(where);
    this.#socket.on("error", () => {});
    this.#closed = new Promise((resolve) => this.#socket.once("close", () => resolve()));
    void this.#closed.then(() => {
      this.#state = "gone";
    });
    this.#incoming = new ServerBytes((opcode, payload) => this.#answer(opcode, payload));
  }

  /** Resolves when the connection is gone. Never rejects. */
  async run(): Promise<void> {
    const kinds = Object.keys(this.#kinds);
    const kind = this.#chance.oneOf(kinds);
    this.#report.kinds[kind] = (this.#report.kinds[kind] ?? 0) + 1;
    const long = sleep(LONGEST_VISIT, undefined, { ref: false });
    try {
      await Promise.race([this.#kinds[kind]!(), long, this.#closed]);
    } catch (error) {
      this.#report.faults.push(`${kind} at port ${this.#port}: ${(error as Error).stack}`);
    }
    if (this.#state === "here") this.#leave();
    await this.#closed;
  }

  /** The soak wants it to end: it vanishes, or stays and does nothing any more. */
  cut(how: "vanish" | "stay"): void {
    if (this.#state !== "here") return;
    if (how === "vanish") return this.#vanish();
    this.#state = "staying";
    if (this.#chance.happens(0.5)) this.#socket.pause();
  }

  /** The server has let go of it: a client that reads nothing would never notice. */
  end(): void {
    this.#socket.destroy();
  }

  readonly #kinds: Readonly<Record<string, () => Promise<unknown>>> = {
    /** Everything as it should be: then every echo comes back, in order. */
    echo: async () => {
      if (!(await this.#open(this.#chance.oneOf(PATHS.echo)))) return;
      await this.#echo();
    },
    talk: async () => {
      await this.#open(this.#anyPath());
      for (let left = this.#chance.between(0, 60); left > 0; left--) {
        this.#send(this.#message());
        if (this.#chance.happens(0.4)) await sleep(this.#chance.between(0, 20));
      }
    },
    listen: async () => {
      await this.#open(this.#chance.oneOf(PATHS.sending));
      this.#send(this.#message());
      await sleep(this.#chance.between(0, LONGEST_VISIT));
    },
    refused: async () => {
      await this.#open(this.#chance.oneOf(PATHS.refused));
      await sleep(this.#chance.between(0, 800));
    },
    compressed: async () => {
      await this.#open(this.#anyPath(), ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]);
      for (let left = this.#chance.between(0, 20); left > 0; left--) {
        const plain = Buffer.from(this.#chance.text(this.#chance.between(0, 5000)));
        const packed = this.#chance.happens(0.1) ? this.#chance.bytes(40) : deflateRawSync(plain, { finishFlush: 2 });
        this.#send(clientFrame(0xc1, packed.subarray(0, -4)));
        await sleep(this.#chance.between(0, 10));
      }
    },
    /** A bomb: a few kilobytes that are megabytes. */
    bomb: async () => {
      await this.#open(this.#anyPath(), ["Sec-WebSocket-Extensions: permessage-deflate"]);
      this.#send(clientFrame(0xc2, deflateRawSync(Buffer.alloc(8_000_000), { finishFlush: 2 }).subarray(0, -4)));
      await sleep(this.#chance.between(0, 300));
    },
    garbage: async () => {
      if (this.#chance.happens(0.7)) await this.#open(this.#anyPath());
      for (let left = this.#chance.between(1, 5); left > 0; left--) this.#send(this.#garbage());
      await sleep(this.#chance.between(0, 300));
    },
    /** Half a request, or none. */
    silent: async () => {
      const request = upgradeRequest(this.#anyPath());
      this.#send(Buffer.from(request.slice(0, this.#chance.between(0, request.length - 1))));
      await sleep(this.#chance.between(0, 1200));
    },
    /** A byte at a time. */
    slow: async () => {
      const request = upgradeRequest(this.#chance.oneOf(PATHS.echo));
      for (const byte of Buffer.from(request)) {
        this.#send(Buffer.from([byte]));
        await sleep(this.#chance.between(0, 8));
      }
    },
    /** Reads nothing, while there is much to read. */
    stall: async () => {
      await this.#open(this.#chance.oneOf([...PATHS.sending, ...PATHS.talking]));
      this.#socket.pause();
      for (let left = this.#chance.between(0, 5); left > 0; left--) this.#send(this.#message());
      await this.#closed;
    },
    /** Reads, and answers no ping. */
    dead: async () => {
      await this.#open(this.#anyPath());
      this.#state = "staying";
      await this.#closed;
    },
    idle: async () => {
      await this.#open(this.#chance.oneOf([...PATHS.echo, "/chat/a", "/mute"]));
      await this.#closed;
    },
    flood: async () => {
      await this.#open(this.#anyPath());
      const message = this.#chance.happens(0.3) ? this.#control() : this.#message();
      const burst = Buffer.concat(Array.from({ length: this.#chance.between(100, 800) }, () => message));
      for (let left = this.#chance.between(1, 12); left > 0; left--) {
        this.#send(burst);
        await sleep(this.#chance.between(0, 10));
      }
      await sleep(this.#chance.between(0, 900));
    },
    half: async () => {
      await this.#open(this.#anyPath());
      this.#send(this.#message());
      this.#socket.end();
      await sleep(this.#chance.between(0, 300));
    },
    http: async () => {
      const path = this.#chance.oneOf(["/health", "/echo", "/nowhere"]);
      this.#send(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`));
      this.#socket.resume();
      this.#socket.on("end", () => this.#socket.end());
      await sleep(this.#chance.between(0, 400));
    },
  };

  #anyPath(): string {
    return this.#chance.oneOf(Object.values(PATHS).flat());
  }

  /** Sends the handshake; gives whether it was a 101. Frames are read from then on, and pings answered. */
  async #open(path: string, fields: readonly string[] = []): Promise<boolean> {
    this.#socket.on("data", (chunk: Buffer) => {
      try {
        this.#incoming.push(chunk);
      } catch (error) {
        this.#report.faults.push(`${path}: ${(error as Error).message}`);
        this.#vanish();
      }
    });
    // The other side is done: so are we, unless we stay.
    this.#socket.on("end", () => {
      if (this.#state === "here" || this.#chance.happens(0.7)) this.#socket.end();
    });
    const request = Buffer.from(upgradeRequest(path, fields));
    // Some do not wait for the answer.
    const early = this.#chance.happens(0.1) ? this.#message() : Buffer.alloc(0);
    this.#send(Buffer.concat([request, early]));
    await Promise.race([this.#incoming.head, this.#closed]);
    return this.#incoming.status === 101 && early.length === 0;
  }

  async #echo(): Promise<void> {
    const count = this.#chance.between(1, 40);
    const sent: string[] = [];
    const echoes = this.#incoming.messages;
    for (let at = 0; at < count; at++) {
      const text = this.#chance.text(this.#chance.between(0, 300));
      sent.push(text);
      this.#sendCut(clientFrame(0x81, Buffer.from(text)));
      if (this.#chance.happens(0.5)) await sleep(this.#chance.between(0, 10));
    }
    while (echoes.length < count && this.#state === "here" && !this.#incoming.hasEnded) await sleep(5);
    for (const [at, echo] of echoes.entries()) {
      if (echo.toString() !== sent[at])
        throw new Error(`echo ${at} of ${count} is wrong: ${echo} instead of ${sent[at]}`);
    }
    if (echoes.length < count && this.#state === "here" && !this.#incoming.isExcused) {
      throw new Error(`only ${echoes.length} of ${count} echoes, then ${this.#incoming.end}`);
    }
  }

  #message(): Buffer {
    const size = this.#chance.oneOf([0, 1, 20, 125, 126, 1000, 70_000]);
    const text = this.#chance.happens(0.6);
    const payload = text ? Buffer.from(this.#chance.text(Math.min(size, 2000))) : Buffer.alloc(size, "x");
    const first = text ? 1 : 2;
    if (this.#chance.happens(0.8)) return clientFrame(0x80 | first, payload);
    const cut = this.#chance.between(0, payload.length);
    const parts = [
      clientFrame(first, payload.subarray(0, cut)),
      this.#control(),
      clientFrame(0x80, payload.subarray(cut)),
    ];
    return Buffer.concat(parts);
  }

  #control(): Buffer {
    return clientFrame(this.#chance.oneOf([0x89, 0x8a]), this.#chance.bytes(this.#chance.between(0, 125)));
  }

  #garbage(): Buffer {
    return this.#chance.oneOf([
      () => this.#chance.bytes(this.#chance.between(1, 300)),
      // Text that is no UTF-8; a reserved opcode; a control frame that is too long, or cut; an unmasked frame; a Close
      // frame with a code that may not be.
      () => clientFrame(0x81, Buffer.from([0xc3, 0x28])),
      () => clientFrame(0x83, this.#chance.bytes(5)),
      () => clientFrame(0x89, this.#chance.bytes(126)),
      () => clientFrame(0x09, this.#chance.bytes(5)),
      () => Buffer.from([0x81, 0x01, 0x61]),
      () => clientFrame(0x88, Buffer.from([0x03, 0xed])),
      () => clientFrame(0x82, Buffer.alloc(1_100_000)),
      () => clientFrame(0x80, this.#chance.bytes(3)),
    ])();
  }

  #send(bytes: Buffer): void {
    if (this.#state === "here" && this.#socket.writable) this.#socket.write(bytes);
  }

  /** In two packets, now and then. */
  #sendCut(bytes: Buffer): void {
    const cut = this.#chance.happens(0.2) ? this.#chance.between(0, bytes.length) : bytes.length;
    this.#send(bytes.subarray(0, cut));
    if (cut < bytes.length) this.#send(bytes.subarray(cut));
  }

  /** As an honest client does, as long as it is one. */
  #answer(opcode: number, payload: Buffer): void {
    if (this.#state !== "here") return;
    if (opcode === 9) this.#send(clientFrame(0x8a, payload));
    if (opcode === 8) this.#send(clientFrame(0x88, payload));
  }

  #leave(): void {
    const way = this.#chance.between(0, 5);
    if (way >= 3) return this.#vanish();
    this.#socket.resume();
    const code = this.#chance.oneOf([1000, 1001, 3000, 4999]);
    if (way === 0) this.#send(clientFrame(0x88, Buffer.from([code >>> 8, code & 255, ...Buffer.from("bye")])));
    if (way === 1) this.#send(clientFrame(0x88, Buffer.alloc(0)));
    if (way === 1 && this.#chance.happens(0.3)) this.#send(this.#message());
    if (way === 2) this.#socket.end();
    // Whoever is not let go within a second goes.
    setTimeout(() => this.#socket.destroy(), 1000).unref();
  }

  #vanish(): void {
    // While a FIN is on its way, libuv refuses to reset, and Node then never closes.
    if (this.#chance.happens(0.5) && !this.#socket.writableEnded) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }
}
