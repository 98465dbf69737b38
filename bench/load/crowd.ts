/** All clients of one server: opens them, knows what went wrong with any of them, and closes them. */

import { Client } from "./client.ts";
import type { DialectName, Script } from "./dialect.ts";
import { scriptOf } from "./dialect.ts";
import type { Payload, Payloads } from "./payloads.ts";

/** Who they are. */
export interface CrowdOptions {
  readonly port: number;
  readonly connections: number;
  readonly dialect: DialectName;
  readonly deflate: boolean;
  readonly payloads: Payloads;
}

/** Less than a server's backlog, and than the handshakes that it takes at a time. */
const AT_ONCE = 200;

/** How many of them have what they get compared, word by word. */
const WITNESSES = 20;

/** Clients that have connected. Who works with them says what is heard. */
export class Crowd {
  readonly options: CrowdOptions;
  readonly script: Script;
  readonly clients: Client[] = [];
  /** Called with the client's number, and how many messages it has got. */
  heard: (client: number, messages: number) => void = () => {};
  #failure: Error | undefined;
  #fail: (error: Error) => void = () => {};

  constructor(options: CrowdOptions) {
    this.options = options;
    this.script = scriptOf(options.payloads, options.dialect, options.deflate);
  }

  /** Opens those that are missing. A batch has an address of its own: finding a free port among thousands takes long. */
  async open(connections: number, atOnce = AT_ONCE): Promise<void> {
    for (let left = connections; left > 0; left -= atOnce) {
      const localAddress = nextAddress();
      const batch = Array.from({ length: Math.min(atOnce, left) }, () => this.#add(localAddress));
      await this.within(20_000, "connections", Promise.all(batch.map((client) => client.opened())));
    }
  }

  /** Rejects as soon as anything goes wrong with a client, or after so many milliseconds. */
  async within<Value>(milliseconds: number, what: string, work: Promise<Value>): Promise<Value> {
    let patience: NodeJS.Timeout | undefined;
    const trouble = new Promise<never>((_, reject) => {
      this.#fail = reject;
      if (this.#failure !== undefined) reject(this.#failure);
      patience = setTimeout(() => reject(new Error(`waited ${milliseconds} ms for ${what}`)), milliseconds);
    });
    try {
      return await Promise.race([work, trouble]);
    } finally {
      clearTimeout(patience);
      this.#fail = () => {};
    }
  }

  /** Some of them record while this is done; rejects if one of them did not get all messages in order, once or several times. */
  async witness(work: () => Promise<unknown>): Promise<void> {
    const step = Math.max(1, Math.floor(this.clients.length / WITNESSES));
    const records = this.clients.filter((_, at) => at % step === 0).map((client) => client.record());
    await work();
    const { replies } = this.script;
    for (const record of records) {
      const got = record();
      const wrong = got.findIndex((payload, at) => !isSame(payload, replies[at % replies.length]!));
      if (wrong !== -1) throw new Error(`message ${wrong + 1} of a connection is ${String(got[wrong]).slice(0, 200)}`);
      if (got.length > 0 && got.length % replies.length === 0) continue;
      throw new Error(`a connection got ${got.length} messages, not a multiple of ${replies.length}`);
    }
  }

  close(): void {
    for (const client of this.clients) client.close();
    this.clients.length = 0;
  }

  #add(localAddress: string | undefined): Client {
    const { port, dialect, deflate } = this.options;
    const at = this.clients.length;
    const client = new Client({
      port,
      localAddress,
      dialect,
      deflate,
      script: this.script,
      heard: (messages) => this.heard(at, messages),
      failed: (error) => {
        this.#failure ??= error;
        this.#fail(error);
      },
    });
    this.clients.push(client);
    return client;
  }
}

function isSame(one: Payload, other: Payload): boolean {
  return typeof one === "string" || typeof other === "string" ? one === other : one.equals(other);
}

let batches = 0;

function nextAddress(): string | undefined {
  batches++;
  return process.platform === "linux" ? `127.0.${batches % 100}.${2 + (batches % 251)}` : undefined;
}
