/** One client of the crowd: the rooms it is in, and all that it hears there. */

import { Heard } from "./heard.ts";
import type { Stay } from "./ledger.ts";
import { Line } from "./line.ts";
import type { Mark, Numbers, Order } from "./words.ts";
import { fromText } from "./words.ts";

/** What all clients of a crowd share. */
export interface CrowdBooks {
  /** A number that no other stay has. */
  nextStay(): number;
  /** What is wrong. */
  complain(what: string): void;
  /** Another stay begins or ends at this place among what the witness has heard. */
  witnessed(mark: "begins" | "ends", stay: number, by: { readonly stay: number; readonly last: Numbers }): void;
}

/** A stay as it is written. */
type Written = { -readonly [Name in Exclude<keyof Stay, "heard" | "witness">]: Stay[Name] } & { readonly books: Heard };

/** Connected once; whoever comes again is another one. */
export class CrowdClient {
  readonly station: string;
  /** All its stays, those that have ended, too. */
  readonly stays: Written[] = [];
  id = "";
  readonly #books: CrowdBooks;
  readonly #isPermanent: boolean;
  readonly #open = new Map<string, Written>();
  readonly #waiting = new Map<string, () => void>();
  /** By room: when it hears other machines. */
  readonly #ready = new Map<string, Promise<void>>();
  #line: Line | undefined;
  /** `leaving`: its end is no surprise. */
  #state: "here" | "leaving" | "gone" = "here";
  #gone = () => {};

  constructor(station: string, books: CrowdBooks, isPermanent: boolean) {
    this.station = station;
    this.#books = books;
    this.#isPermanent = isPermanent;
  }

  /** The rooms that it is in. */
  get rooms(): string[] {
    return [...this.#open.keys()];
  }

  get isHere(): boolean {
    return this.#state === "here";
  }

  async connect(port: number): Promise<void> {
    const hello = this.#mark("hello");
    this.#line = await Line.open(port, {
      lineOnText: (text) => this.#onText(text),
      lineOnEnd: (why) => this.#onEnd(why),
    });
    await hello;
  }

  /** Resolves when it hears other machines in all of its rooms. Also when it has ended. */
  async ready(): Promise<void> {
    await Promise.all(this.rooms.map((room) => this.#ready.get(room)));
  }

  /** Resolves when the server has let it in. Also when it has ended. */
  async join(room: string): Promise<void> {
    const stay = this.#books.nextStay();
    const { station } = this;
    const written: Written = {
      number: stay,
      member: this.id,
      room,
      station,
      isPermanent: this.#isPermanent,
      end: "present",
      joined: undefined,
      left: undefined,
      readyAt: undefined,
      books: new Heard(),
    };
    this.stays.push(written);
    this.#open.set(room, written);
    const done = this.#mark(`joined ${stay}`);
    this.#ready.set(room, this.#mark(`ready ${stay}`));
    this.#order({ order: "join", room, stay, isPermanent: this.#isPermanent });
    await done;
  }

  /** Resolves when the server has let it out. Also when it has ended. */
  async leave(room: string): Promise<void> {
    const stay = this.#open.get(room)?.number;
    if (stay === undefined) return;
    const done = this.#mark(`left ${stay}`);
    this.#order({ order: "leave", room, stay, isPermanent: false });
    await done;
  }

  /** Ends the connection, by a Close frame or without a word. Resolves when it has ended. */
  async end(how: "close" | "vanish"): Promise<void> {
    if (this.#state !== "here") return;
    this.#state = "leaving";
    const gone = new Promise<void>((resolve) => {
      this.#gone = resolve;
    });
    this.#line![how]();
    await gone;
  }

  /** Its server is about to die. */
  expectEnd(): void {
    if (this.#state === "here") this.#state = "leaving";
  }

  #order(order: Order): void {
    if (this.#state === "here") this.#line!.send(JSON.stringify(order));
    else this.#wakeAll();
  }

  #mark(name: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(name, resolve));
  }

  #onText(text: string): void {
    const said = fromText(text);
    if ("mark" in said) return this.#onMark(said);
    const stay = this.#open.get(said.room);
    if (stay === undefined) return this.#complain(`heard of ${said.room}, which it is not in: ${said.publisher}`);
    const wrong = stay.books.take(said.publisher, said.number);
    if (wrong !== undefined) this.#complain(`stay ${stay.number} in ${said.room}: ${said.publisher} ${wrong}`);
  }

  #onMark(said: Mark): void {
    if (said.mark === "hello") {
      this.id = said.id;
      return this.#wake("hello");
    }
    const stay = this.#open.get(said.room);
    if (said.mark === "begins" || said.mark === "ends") {
      const { number, books } = stay!;
      return this.#books.witnessed(said.mark, said.stay, { stay: number, last: books.last() });
    }
    if (stay?.number === said.stay) {
      if (said.mark === "joined") stay.joined = said.local;
      if (said.mark === "ready") stay.readyAt = said.at;
      if (said.mark === "left") {
        stay.left = said.local;
        stay.end = "left";
        this.#open.delete(said.room);
      }
    }
    this.#wake(`${said.mark} ${said.stay}`);
  }

  #onEnd(why: string): void {
    if (this.#state === "here") this.#complain(`was closed by the server: ${why}`);
    this.#state = "gone";
    for (const stay of this.#open.values()) stay.end = "vanished";
    this.#open.clear();
    this.#wakeAll();
    this.#gone();
  }

  #wake(name: string): void {
    this.#waiting.get(name)?.();
    this.#waiting.delete(name);
  }

  #wakeAll(): void {
    for (const name of [...this.#waiting.keys()]) this.#wake(name);
  }

  #complain(what: string): void {
    this.#books.complain(`client ${this.id} at ${this.station}: ${what}`);
  }
}
