/** What the servers have to do. */

/** Groups of clients; each group works for itself, all at once. */
export interface Scenario {
  readonly title: string;
  readonly groups: number;
  readonly members: number;
  /** `room`: one of a group sends, and all of it get that. `chat`: all send, and all get who said what. */
  readonly kind: "room" | "chat";
  readonly compression: boolean;
  /** What a sender sends in one go. The next burst goes out when everybody has got this one. */
  readonly burst: readonly string[];
}

const LINES = [
  "Hello everybody!",
  "Who is here today?",
  "I have only just come in.",
  "Did anyone read the news this morning?",
  "No, what happened?",
  "It is going to rain all week, they say.",
  "Then I will stay at home and write code.",
  "Same here. Tea, anyone?",
  "Yes please!",
  "Back in five minutes.",
];

/** In the order in which they are measured. */
export const SCENARIOS: readonly Scenario[] = [
  ...[1, 8].map((inFlight) => ({
    title: `room of 1000, 64 B text, ${inFlight} in flight`,
    ...{ groups: 1, members: 1000, kind: "room" as const, compression: false, burst: texts(inFlight) },
  })),
  ...[1, 8].map((inFlight) => ({
    title: `100 rooms of 10, 64 B text, ${inFlight} in flight`,
    ...{ groups: 100, members: 10, kind: "room" as const, compression: false, burst: texts(inFlight) },
  })),
  {
    title: `chat of 32, everybody to everybody, ${LINES.length} short texts at a time`,
    ...{ groups: 1, members: 32, kind: "chat", compression: false, burst: LINES },
  },
  ...[1, 8].map((inFlight) => ({
    title: `room of 1000, compressed, 1 KiB JSON text, ${inFlight} in flight`,
    ...{ groups: 1, members: 1000, kind: "room" as const, compression: true, burst: documents(inFlight) },
  })),
];

/** Texts of 64 bytes; the first letters tell them apart. */
export function texts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i} ${"Antiphon. ".repeat(7)}`.slice(0, 64));
}

/** JSON of 1024 bytes: what a board of offers would send. */
function documents(count: number): string[] {
  return Array.from({ length: count }, (_, sequence) => {
    const items: unknown[] = [];
    const document = (note: string) => JSON.stringify({ sequence, at: "2025-03-01T12:00:00.000Z", items, note });
    for (let i = sequence; document("").length < 900; i++) {
      items.push({
        id: 1000 + i * 37,
        name: LINES[i % LINES.length],
        price: ((i * 7919) % 10_000) / 100,
        open: i % 3 === 0,
      });
    }
    return document(LINES.join(" ").slice(0, 1024 - document("").length));
  });
}
