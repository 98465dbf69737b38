/** The messages of the bench, made from a few words, so that the load and a server that answers with canned bytes have the same. */

import { createHash } from "node:crypto";

/** What is sent. */
export interface Payloads {
  /** `json`: what a board of offers would send. `dialogue`: small JSON whose answer is other JSON. */
  readonly kind: "text" | "binary" | "json" | "dialogue";
  /** Bytes of each. Those of a dialogue have their own. */
  readonly size: number;
  /** How many different ones; the next in a row is the first again. */
  readonly count: number;
}

/** A message: text, or bytes. */
export type Payload = string | Buffer;

/** All of one size. */
export function requests({ kind, size, count }: Payloads): readonly Payload[] {
  return Array.from({ length: count }, (_, at) => MAKERS[kind](at, size));
}

/** What has to come back for each. */
export function replies(payloads: Payloads): readonly Payload[] {
  const sent = requests(payloads);
  return payloads.kind === "dialogue"
    ? sent.map((text) => JSON.stringify(replyTo(JSON.parse(text as string) as Line)))
    : sent;
}

/** What somebody says in a dialogue. */
export interface Line {
  readonly type: string;
  readonly id: number;
  readonly text: string;
}

/** What a server of the kind `json` answers. */
export function replyTo({ id, text }: Line): Line {
  return { type: "reply", id, text };
}

const MAKERS: Readonly<Record<Payloads["kind"], (at: number, size: number) => Payload>> = {
  text: (at, size) => `${letter(at)} ${"Antiphon. ".repeat(size / 10 + 1)}`.slice(0, size),
  binary(at, size) {
    const bytes = Buffer.alloc(size);
    for (let done = 0, block = 0; done < size; done += 32, block++) {
      createHash("sha256").update(`${at}.${block}`).digest().copy(bytes, done);
    }
    return bytes;
  },
  json(at, size) {
    const items: string[] = [];
    const whole = (note: string) => `{"sequence":"${letter(at)}","items":[${items.join(",")}],"note":"${note}"}`;
    for (let length = whole("").length, n = at; ; n++) {
      const item = JSON.stringify({
        id: 1000 + n * 37,
        name: NAMES[n % NAMES.length],
        price: price(n),
        open: n % 3 === 0,
      });
      length += item.length + 1;
      if (length > size) break;
      items.push(item);
    }
    return whole("x".repeat(size - whole("").length));
  },
  // Three digits each, so that all are of one size.
  dialogue: (at) => JSON.stringify({ type: "line", id: 100 + at, text: `What do you say to ${100 + at}?` }),
};

const NAMES = [
  "Second-hand bicycle, blue",
  "Piano lessons on Tuesdays",
  "Kitchen table for six",
  "Tickets for the opera, two",
  "Bookshelf, oak, 190 cm",
  "Garden chairs, a little worn",
  "Radio from 1962, works",
];

function price(n: number): number {
  return ((n * 7919) % 10_000) / 100;
}

function letter(at: number): string {
  return String.fromCharCode(97 + (at % 26));
}
