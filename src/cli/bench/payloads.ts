/** The messages of a bench, and whether an answer is an echo of one. */

import type { Message } from "../../client/index.ts";

/** What to send. */
export interface PayloadOptions {
  /** This, always. @default a text of `size` bytes, made up */
  readonly message?: string | undefined;
  /** Bytes of a message that is made up. */
  readonly size: number;
  /** As bytes instead of text. */
  readonly binary: boolean;
}

/**
 * A ring of messages. Those that are made up differ, so that an answer that is missing, or comes twice or out of order, is
 * noticed; and they consist of words, so that they compress as JSON does.
 */
export class Payloads {
  /** Bytes of each. */
  readonly size: number;
  /** How many differ. */
  readonly count: number;
  readonly #messages: readonly Message[];
  readonly #bytes: readonly Buffer[];
  /** What the server puts before each echo, once the first answer has come. */
  #prefix: string | undefined;

  constructor({ message, size, binary }: PayloadOptions) {
    const texts = message === undefined ? madeUp(size) : [message];
    this.#bytes = texts.map((text) => Buffer.from(text));
    this.#messages = binary ? this.#bytes : texts;
    this.size = this.#bytes[0]!.length;
    this.count = texts.length;
  }

  /** Message number `index` of a connection. */
  at(index: number): Message {
    return this.#messages[index % this.count]!;
  }

  /** What stands before every echo: `""` for nothing; `undefined`: not known yet. */
  get prefix(): string | undefined {
    return this.#prefix;
  }

  /** Looks whether the first answer is an echo of this message, and what it has before it. */
  learn(index: number, answer: Message): boolean {
    const sent = this.#bytes[index % this.count]!;
    const came = Buffer.from(answer as string);
    if (!came.subarray(came.length - sent.length).equals(sent) || came.length < sent.length) return false;
    this.#prefix = came.subarray(0, came.length - sent.length).toString();
    return true;
  }

  /** Whether this is an echo of that message. */
  isEcho(index: number, answer: Message): boolean {
    const sent = this.at(index);
    if (this.#prefix === "" && typeof sent === "string" && answer === sent) return true;
    // Many servers send bytes back whatever came: a known slip, which is told, and no wrong answer.
    const came = typeof answer === "string" ? Buffer.from(answer) : answer;
    const bytes = this.#bytes[index % this.count]!;
    const prefix = Buffer.from(this.#prefix ?? "");
    if (came.length !== prefix.length + bytes.length) return false;
    return prefix.compare(came, 0, prefix.length) === 0 && bytes.compare(came, prefix.length) === 0;
  }
}

/** Texts that differ in a number at their beginning, if they are long enough; all of them together take little memory. */
function madeUp(size: number): string[] {
  if (size <= STAMP) return ["antiphon".slice(0, size)];
  const count = Math.max(1, Math.min(MOST, Math.floor(POOL_BYTES / size)));
  const body = someWords(size);
  return Array.from({ length: count }, (_, index) =>
    `${String(index).padStart(STAMP - 1, "0")} ${body}`.slice(0, size),
  );
}

/** Characters of the number and the blank behind it. */
const STAMP = 3;
const MOST = 64;
const POOL_BYTES = 4 * 1024 * 1024;
/** Characters: more than compression looks back on (RFC 7692, 7.1.2: 32 KiB at the most). */
const PIECE = 64 * 1024;

/** Words in no order, always the same ones: at least as many characters as asked for. What is long repeats itself. */
function someWords(length: number): string {
  const size = Math.min(length, PIECE);
  const words = WORDS.split(" ");
  const chosen: string[] = [];
  let seed = 1;
  for (let made = 0; made < size; made += chosen.at(-1)!.length + 1) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    chosen.push(words[(seed >>> 16) % words.length]!);
  }
  const piece = `${chosen.join(" ")} `;
  return piece.repeat(Math.ceil(length / piece.length));
}

const WORDS =
  "antiphon choir answers one voice after another sings what it has heard and waits until the other side has come in again";
