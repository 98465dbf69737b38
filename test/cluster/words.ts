/** What the processes of the cluster test say to each other: orders and marks as texts, messages, and the time that all share. */

/** What a client wants. `stay`: a number that no other stay of any client in any room has. */
export interface Order {
  readonly order: "join" | "leave";
  readonly room: string;
  readonly stay: number;
  /** Whether it stays until the end, so that the stays of others at its server can be compared with what it hears. */
  readonly isPermanent: boolean;
}

/** What a server says to one client, in its place among the messages. */
export type Mark =
  /** `socket.id`. First of all. */
  | { readonly mark: "hello"; readonly id: string }
  /** From here on it is in, or out. `local`: the last numbers of the publishers of this server in the room. */
  | { readonly mark: "joined" | "left"; readonly room: string; readonly stay: number; readonly local: Numbers }
  /** What others sent after this moment comes. */
  | { readonly mark: "ready"; readonly room: string; readonly stay: number; readonly at: number }
  /** To the witness of a room at this server: here another stay in the room begins or ends. */
  | { readonly mark: "begins" | "ends"; readonly room: string; readonly stay: number };

/** By publisher: the number of its last message, 0 for none. */
export type Numbers = Readonly<Record<string, number>>;

/** A numbered message to a room. */
export interface Sent {
  readonly room: string;
  readonly publisher: string;
  /** From 1. */
  readonly number: number;
}

/** As text; what fills it up has no meaning. Names have no spaces. */
export function toText({ room, publisher, number }: Sent, filling = ""): string {
  return `m ${room} ${publisher} ${number} ${filling}`;
}

/** A message, or a mark. */
export function fromText(text: string): Sent | Mark {
  if (text.startsWith("{")) return JSON.parse(text) as Mark;
  const [, room, publisher, number] = text.split(" ");
  return { room: room!, publisher: publisher!, number: Number(number) };
}

/** Milliseconds on a clock that all processes of this machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
