/** Compares what was sent with what each member heard, and says whatever is not as promised. Knows no sockets. */

import type { Ranges } from "./heard.ts";
import { clip, gaps, toWords } from "./heard.ts";
import type { Numbers } from "./words.ts";

/** What one publisher has sent to its room. */
export interface Publisher {
  readonly room: string;
  /** The server, or the process without sockets, that it is at. */
  readonly station: string;
  /** When each message was sent; the first is number 1. `undefined`: it was killed, and nobody knows how far it came. */
  readonly times: readonly number[] | undefined;
}

/** One member's time in one room, and what it heard of it. */
export interface Stay {
  readonly number: number;
  /** The id of its socket. */
  readonly member: string;
  readonly room: string;
  readonly station: string;
  /** It is there from before the first message until the end. */
  readonly isPermanent: boolean;
  /** `vanished`: its connection ended, so that it is not known when the server noticed. */
  readonly end: "present" | "left" | "vanished";
  /** The last numbers of its server's own publishers when it came and went; `undefined` before the server said so. */
  readonly joined: Numbers | undefined;
  readonly left: Numbers | undefined;
  /** From when on it hears other machines; `undefined` before the server said so. */
  readonly readyAt: number | undefined;
  /** What a permanent member of the room at its server had heard last when this stay began and ended. */
  readonly witness: { readonly stay: number; readonly from: Numbers; readonly to: Numbers | undefined } | undefined;
  readonly heard: Readonly<Record<string, Ranges>>;
}

/** All that is known after a run. */
export interface Books {
  readonly publishers: ReadonlyMap<string, Publisher>;
  readonly stays: readonly Stay[];
  /** Whether this message may be lost on the way to another machine. Own machines lose nothing. */
  readonly mayMiss: (publisher: string, number: number) => boolean;
}

/** What came of it. */
export interface Verdict {
  /** Sentences. */
  readonly complaints: readonly string[];
  /** By publisher: what some permanent member on another machine did not get. */
  readonly missed: ReadonlyMap<string, ReadonlySet<number>>;
}

/** Goes through all stays. */
export function judge(books: Books): Verdict {
  const ledger = new Ledger(books);
  for (const stay of books.stays) ledger.check(stay);
  return ledger;
}

class Ledger implements Verdict {
  readonly complaints: string[] = [];
  readonly missed = new Map<string, Set<number>>();
  readonly #books: Books;
  readonly #stays: ReadonlyMap<number, Stay>;
  readonly #byRoom: ReadonlyMap<string, readonly Named[]>;

  constructor(books: Books) {
    this.#books = books;
    this.#stays = new Map(books.stays.map((stay) => [stay.number, stay]));
    this.#byRoom = byRoom(books.publishers);
  }

  check(stay: Stay): void {
    const publishers = this.#byRoom.get(stay.room) ?? [];
    const strangers = Object.keys(stay.heard).filter((name) => !publishers.some(([other]) => other === name));
    if (strangers.length > 0) this.#complain(stay, strangers.join(), "speaks in another room");
    for (const [name, publisher] of publishers) {
      const heard = stay.heard[name] ?? [];
      if (publisher.times === undefined) this.#checkOfKilled(stay, name, heard);
      else if (publisher.station === stay.station) this.#checkLocal(stay, name, publisher.times.length, heard);
      else if (stay.isPermanent) this.#checkPermanent(stay, name, publisher.times.length, heard);
      else if (stay.witness !== undefined) this.#checkWitnessed(stay, name, heard);
      else this.#checkAlone(stay, name, publisher.times, heard);
    }
  }

  /** Up to its end without a gap. */
  #checkOfKilled(stay: Stay, name: string, heard: Ranges): void {
    const isWhole = heard.length === 0 || (heard.length === 1 && (!stay.isPermanent || heard[0]![0] === 1));
    if (!isWhole) this.#complain(stay, name, `was killed, and of what it sent came ${toWords(heard)}`);
  }

  /** What was sent here while it was in, exactly. */
  #checkLocal(stay: Stay, name: string, total: number, heard: Ranges): void {
    if (stay.joined === undefined) return this.#expect(stay, name, heard, []);
    const from = (stay.joined[name] ?? 0) + 1;
    const last = heard.at(-1)?.[1] ?? from - 1;
    const to = stay.end === "present" ? total : stay.end === "left" ? (stay.left?.[name] ?? 0) : last;
    this.#expect(stay, name, heard, clip([[1, total]], from, to));
  }

  /** Everything, but for what may be lost. */
  #checkPermanent(stay: Stay, name: string, total: number, heard: Ranges): void {
    const to = stay.end === "present" ? total : (heard.at(-1)?.[1] ?? 0);
    const missing = gaps(heard, 1, to);
    for (const number of missing) this.#missedBy(name).add(number);
    this.#checkLosses(stay, name, missing);
  }

  /** The same as whoever was there all the time. */
  #checkWitnessed(stay: Stay, name: string, heard: Ranges): void {
    const { from, to, stay: number } = stay.witness!;
    const witnessed = this.#stays.get(number)?.heard[name] ?? [];
    const last =
      stay.end === "present"
        ? Number.POSITIVE_INFINITY
        : stay.end === "left"
          ? (to?.[name] ?? 0)
          : (heard.at(-1)?.[1] ?? 0);
    this.#expect(stay, name, heard, clip(witnessed, (from[name] ?? 0) + 1, last));
  }

  /** No gap from when it was ready. */
  #checkAlone(stay: Stay, name: string, times: readonly number[], heard: Ranges): void {
    const { readyAt, end } = stay;
    const owed = readyAt === undefined ? 0 : times.findIndex((time) => time > readyAt) + 1;
    const first = Math.min(owed || Number.POSITIVE_INFINITY, heard[0]?.[0] ?? Number.POSITIVE_INFINITY);
    const last = end === "present" && readyAt !== undefined ? times.length : (heard.at(-1)?.[1] ?? 0);
    if (first <= last) this.#checkLosses(stay, name, gaps(heard, first, last));
  }

  #checkLosses(stay: Stay, name: string, missing: readonly number[]): void {
    const wrongly = missing.filter((number) => !this.#books.mayMiss(name, number));
    if (wrongly.length === 0) return;
    const { readyAt } = stay;
    const at = this.#books.publishers.get(name)!.times![wrongly[0]! - 1]!;
    const since = readyAt === undefined ? "" : `, ${Math.round(at - readyAt)} ms after it was ready`;
    this.#complain(stay, name, `did not come: ${wrongly.length} messages from ${wrongly[0]} on${since}`);
  }

  #expect(stay: Stay, name: string, heard: Ranges, expected: Ranges): void {
    const [is, should] = [toWords(heard), toWords(expected)];
    if (is !== should) this.#complain(stay, name, `came as ${is} instead of ${should}`);
  }

  #missedBy(name: string): Set<number> {
    const missed = this.missed.get(name) ?? new Set();
    this.missed.set(name, missed);
    return missed;
  }

  #complain({ number, station, room, isPermanent, end }: Stay, name: string, what: string): void {
    const who = `${isPermanent ? "permanent " : ""}stay ${number} at ${station} in ${room} (${end})`;
    this.complaints.push(`${who}: ${name} ${what}`);
  }
}

type Named = readonly [name: string, publisher: Publisher];

function byRoom(publishers: ReadonlyMap<string, Publisher>): Map<string, Named[]> {
  const rooms = new Map<string, Named[]>();
  for (const named of publishers) {
    const { room } = named[1];
    rooms.set(room, [...(rooms.get(room) ?? []), named]);
  }
  return rooms;
}
