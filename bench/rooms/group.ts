/** Clients that hear the same: they send a burst, wait until everybody has got all of it, and send the next. */

import { isDeepStrictEqual } from "node:util";
import { clientFrame } from "../support/raw-client.ts";
import { Member } from "./member.ts";

/** Who they are, and what they do. */
export interface GroupOptions {
  readonly port: number;
  readonly group: number;
  readonly members: number;
  /** `room`: the first one sends, and all get what it sent. `chat`: all send, and all get who said what. */
  readonly kind: "room" | "chat";
  /** What a sender sends in one go. */
  readonly burst: readonly string[];
  readonly engineIo: boolean;
  readonly deflate: boolean;
}

/** Less than a server's backlog, and than the handshakes that it takes at a time. */
const AT_ONCE = 200;

/** Milliseconds without a message, in which everything must have come. */
const PATIENCE = 20_000;

/** A group that has connected. */
export class Group {
  readonly #options: GroupOptions;
  readonly #members: Member[] = [];
  readonly #burst: Buffer;
  readonly #perBurst: number;
  #missing = 0;
  #deliveries = 0;
  #until = 0;
  #done: (() => void) | undefined;
  #fail: (error: Error) => void = () => {};
  #failure: Error | undefined;

  private constructor(options: GroupOptions) {
    this.#options = options;
    const { burst, members, kind } = options;
    this.#burst = Buffer.concat(burst.map((text) => clientFrame(0x81, Buffer.from(toPacket(text, options)))));
    this.#perBurst = burst.length * members * (kind === "chat" ? members : 1);
  }

  /** Many at a time. A batch has an address of its own: finding a free port among thousands takes long. */
  static async open(options: GroupOptions): Promise<Group> {
    const group = new Group(options);
    while (group.#members.length < options.members) {
      const localAddress = nextAddress();
      const left = options.members - group.#members.length;
      const batch = Array.from({ length: Math.min(AT_ONCE, left) }, () => group.#addMember(localAddress));
      await group.#orFailure(Promise.all(batch.map((member) => member.opened())));
    }
    return group;
  }

  /** Sends once. Rejects if somebody gets other messages than it should, or in another order. */
  async check(): Promise<void> {
    const records = this.#members.map((member) => member.record());
    await this.run(0);
    const { kind, burst } = this.#options;
    const senders = kind === "chat" ? this.#members.map((_, at) => nameOf(at)) : [""];
    for (const record of records) {
      const texts = record().map((packet) => fromPacket(packet, this.#options));
      const isRight = senders.every((name) => {
        const prefix = kind === "chat" ? `${name}: ` : "";
        const heard = texts.filter((text) => text.startsWith(prefix)).map((text) => text.slice(prefix.length));
        return isDeepStrictEqual(heard, burst);
      });
      if (isRight && texts.length * this.#members.length === this.#perBurst) continue;
      throw new Error(`got ${texts.length} messages, not as they were sent: ${JSON.stringify(texts).slice(0, 300)}`);
    }
  }

  /** Goes on until this time, of `performance.now()`, and a burst is complete; once at least. Gives how many messages came. */
  async run(until: number): Promise<number> {
    this.#until = until;
    this.#deliveries = 0;
    const patience = setTimeout(
      () => {
        this.#failed(new Error(`${this.#missing} of ${this.#perBurst} messages are missing`));
      },
      PATIENCE + Math.max(0, until - performance.now()),
    );
    const done = new Promise<void>((resolve) => {
      this.#done = resolve;
    });
    this.#send();
    await this.#orFailure(done);
    clearTimeout(patience);
    return this.#deliveries;
  }

  close(): void {
    for (const member of this.#members) member.close();
  }

  #addMember(localAddress: string | undefined): Member {
    const { port, engineIo, deflate } = this.#options;
    const member = new Member({
      port,
      path: pathOf(this.#members.length, this.#options),
      localAddress,
      engineIo,
      deflate,
      heard: (messages) => this.#heard(messages),
      failed: (error) => this.#failed(error),
    });
    this.#members.push(member);
    return member;
  }

  #send(): void {
    this.#missing = this.#perBurst;
    if (this.#options.kind === "room") this.#members[0]!.send(this.#burst);
    else for (const member of this.#members) member.send(this.#burst);
  }

  #heard(messages: number): void {
    this.#missing -= messages;
    if (this.#missing > 0) return;
    if (this.#missing < 0 || this.#done === undefined) return this.#failed(new Error("more came than was asked for"));
    this.#deliveries += this.#perBurst;
    if (performance.now() < this.#until) return this.#send();
    this.#done();
    this.#done = undefined;
  }

  #failed(error: Error): void {
    this.#failure ??= error;
    this.#fail(error);
  }

  #orFailure<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#failure !== undefined) reject(this.#failure);
      promise.then(resolve, reject);
    });
  }
}

let batches = 0;

function nextAddress(): string | undefined {
  batches++;
  return process.platform === "linux" ? `127.0.${batches % 100}.${2 + (batches % 251)}` : undefined;
}

function nameOf(member: number): string {
  return `member${String(member).padStart(2, "0")}`;
}

function pathOf(member: number, { kind, group, engineIo }: GroupOptions): string {
  const name = kind === "chat" ? nameOf(member) : `group${group}`;
  if (!engineIo) return `/${kind}/${name}`;
  return `/socket.io/?EIO=4&transport=websocket&${kind === "chat" ? "name" : "room"}=${name}`;
}

/** A message as it goes out: with Socket.IO, as an event. What is JSON goes as a value, as its users would have it. */
function toPacket(text: string, { engineIo }: GroupOptions): string {
  return engineIo ? `42["m",${text.startsWith("{") ? text : JSON.stringify(text)}]` : text;
}

function fromPacket(packet: string, { engineIo }: GroupOptions): string {
  if (!engineIo) return packet;
  const [, value] = JSON.parse(packet.slice(2)) as [string, unknown];
  return typeof value === "string" ? value : JSON.stringify(value);
}
