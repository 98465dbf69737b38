/** What every wire must do, whoever carries it: one contract, one suite. */

import { describe, expect, test } from "vitest";
import type { CloseInfo } from "../../src/protocol/engine-sink.ts";
import type { Message } from "../../src/protocol/message.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import type { Wire, WireSink } from "../../src/socket/wire.ts";
import { WIRE_HIGH_WATER } from "../../src/socket/wire.ts";
import { brief } from "../support/brief.ts";
import { TestPlatform } from "../support/test-platform.ts";

/** A wire that is open, and what it said. */
export interface WireEnd {
  readonly wire: Wire;
  readonly heard: Heard;
}

/** Two wires that talk to each other. */
export interface WirePair {
  readonly server: WireEnd;
  readonly client: WireEnd;
  /** Lets happen what is on its way. */
  settle(): Promise<void>;
  /** The network stops taking what the server sends, and goes on. */
  block(): void;
  unblock(): void;
}

/** What a wire said, in order. */
export class Heard implements WireSink {
  readonly messages: Message[] = [];
  readonly pongs: Uint8Array[] = [];
  readonly ends: CloseInfo[] = [];
  rooms = 0;
  goodbyes = 0;
  holdsGoodbye = false;
  onMessage: (data: Message) => void = () => {};

  wireOnMessage(data: Message): void {
    if (this.ends.length > 0) throw new Error("a message after the end");
    this.messages.push(data);
    this.onMessage(data);
  }

  wireOnPong(payload: Uint8Array): void {
    this.pongs.push(payload.slice());
  }

  wireOnRoom(): void {
    this.rooms++;
  }

  wireOnGoodbye(): boolean {
    this.goodbyes++;
    return this.holdsGoodbye;
  }

  wireOnClose(info: CloseInfo): void {
    this.ends.push(info);
  }
}

/** What a wire may lack; each with its reason. */
export interface WireLacks {
  readonly ping?: string;
  readonly pause?: string;
  readonly sendStream?: string;
  readonly goodbye?: string;
  /** The client hears no message after its own `close`. */
  readonly answersToClose?: string;
  /** The server's own `close` is the end for it: what the client closes with is not waited for. */
  readonly endsAtOnce?: string;
  /** Ends at once for itself; its peer hears of a Close frame without a code. */
  readonly terminate?: { readonly who: "server" | "client"; readonly why: string };
}

const bytes = (size: number, value = 7) => new Uint8Array(size).fill(value);

/** What a wire lacks is not asked of it. */
function unless(lack: string | undefined, ask: (name: string, run: () => void | Promise<void>) => void) {
  return lack === undefined ? ask : () => {};
}

/** Runs the suite. `makePair` opens both wires. */
export function wireSuite(name: string, makePair: () => Promise<WirePair>, lacks: WireLacks = {}): void {
  describe(`${name}: messages`, () => {
    test("come as they were sent, text and bytes and empty ones, both ways and in order", async () => {
      const pair = await makePair();
      const messages = ["one", bytes(3), "", new Uint8Array(0), "ħ😀", bytes(100_000), "last"];

      for (const message of messages) pair.server.wire.send(message, true);
      for (const message of messages) pair.client.wire.send(message, true);
      await pair.settle();

      expect(pair.client.heard.messages.map(brief)).toEqual(messages.map(brief));
      expect(pair.server.heard.messages.map(brief)).toEqual(messages.map(brief));
    });

    test("that were prepared come as what they hold", async () => {
      const pair = await makePair();
      const prepared = new PreparedMessage("news", new TestPlatform());

      for (const { wire } of [pair.server, pair.client]) wire.send(prepared, true);
      await pair.settle();

      expect(pair.client.heard.messages).toEqual(["news"]);
      expect(pair.server.heard.messages).toEqual(["news"]);
    });

    test("that came belong to whoever got them", async () => {
      const pair = await makePair();

      pair.server.wire.send(bytes(10, 1), true);
      pair.server.wire.send(bytes(10, 2), true);
      await pair.settle();
      const [first, second] = pair.client.heard.messages as Uint8Array[];
      first!.fill(9);

      expect(second).toEqual(bytes(10, 2));
    });
  });

  describe(`${name}: room`, () => {
    test("`send` says so while there is room, and when there is none", async () => {
      const pair = await makePair();
      pair.block();

      expect(pair.server.wire.send("a", true)).toBe(true);
      expect(pair.server.wire.send(bytes(WIRE_HIGH_WATER * 16), false)).toBe(false);

      expect(pair.server.wire.bufferedAmount).toBeGreaterThanOrEqual(WIRE_HIGH_WATER);
    });

    test("when what was sent is out, it tells, and nothing is buffered", async () => {
      const pair = await makePair();
      pair.block();
      pair.server.wire.send(bytes(WIRE_HIGH_WATER * 16), false);
      await pair.settle();
      const before = pair.server.heard.rooms;

      pair.unblock();
      await pair.settle();

      expect(pair.server.heard.rooms).toBeGreaterThan(before);
      expect(pair.server.wire.bufferedAmount).toBe(0);
    });

    test("`flushed` calls back once the bytes are out; then they may change", async () => {
      const pair = await makePair();
      const message = bytes(200_000, 1);
      const told: boolean[] = [];

      pair.server.wire.send(message, true);
      pair.server.wire.flushed((out) => {
        told.push(out);
        message.fill(2);
      });
      await pair.settle();

      expect(told).toEqual([true]);
      expect(pair.client.heard.messages.map(brief)).toEqual([brief(bytes(200_000, 1))]);
    });

    test("`flushed` says so if they never will be", async () => {
      const pair = await makePair();
      const told: boolean[] = [];
      pair.block();
      pair.server.wire.send(bytes(WIRE_HIGH_WATER * 64), false);
      await pair.settle();

      pair.server.wire.flushed((out) => told.push(out));
      await pair.settle();
      expect(told).toEqual([]);
      pair.server.wire.terminate();
      await pair.settle();

      expect(told).toEqual([false]);
    });
  });

  describe(`${name}: the end`, () => {
    test("a close comes behind all messages, with its code and reason, once for each side", async () => {
      const pair = await makePair();

      pair.server.wire.send("last words", true);
      pair.server.wire.close(4001, "enough");
      await pair.settle();

      expect(pair.client.heard.messages).toEqual(["last words"]);
      expect(pair.client.heard.ends).toEqual([{ code: 4001, reason: "enough", wasClean: true }]);
      // Our engine answers with the code; who does not wait for the answer has his own words.
      const reason = lacks.endsAtOnce === undefined ? "" : "enough";
      expect(pair.server.heard.ends).toEqual([{ code: 4001, reason, wasClean: true }]);
    });

    test("after a close nothing can be sent, and a second close changes nothing", async () => {
      const pair = await makePair();

      pair.client.wire.close(1000, "");
      pair.client.wire.close(4000, "again");
      pair.client.wire.send("too late", true);
      await pair.settle();

      expect(pair.server.heard.messages).toEqual([]);
      expect(pair.server.heard.ends).toEqual([{ code: 1000, reason: "", wasClean: true }]);
    });

    unless(lacks.goodbye, test)(
      "the peer's goodbye waits, if the sink wants that, for what is sent before `resume`",
      async () => {
        const pair = await makePair();
        pair.server.heard.holdsGoodbye = true;

        pair.client.wire.send("a question", true);
        pair.client.wire.close(4000, "");
        await pair.settle();
        expect(pair.server.heard).toMatchObject({ goodbyes: 1, messages: ["a question"], ends: [] });
        pair.server.wire.send("an answer", true);
        pair.server.wire.resume!();
        await pair.settle();

        expect(pair.client.heard.messages).toEqual(lacks.answersToClose ? [] : ["an answer"]);
        expect(pair.client.heard.ends).toMatchObject([{ code: 4000, wasClean: true }]);
        expect(pair.server.heard.ends).toMatchObject([{ code: 4000, wasClean: true }]);
      },
    );

    test("both close at once: clean for both", async () => {
      const pair = await makePair();

      pair.client.wire.close(1000, "");
      pair.server.wire.close(4001, "");
      await pair.settle();

      const heard = lacks.endsAtOnce === undefined ? 1000 : 4001;
      expect(pair.server.heard.ends).toMatchObject([{ code: heard, wasClean: true }]);
      expect(pair.client.heard.ends).toMatchObject([{ code: 4001, wasClean: true }]);
    });

    test.each(["server", "client"] as const)("the %s terminates: 1006 for both, at once for itself", async (who) => {
      const pair = await makePair();
      const [own, other] = who === "server" ? [pair.server, pair.client] : [pair.client, pair.server];

      own.wire.terminate();
      own.wire.terminate();
      expect(own.heard.ends).toHaveLength(1);
      await pair.settle();

      expect(own.heard.ends).toMatchObject([{ code: 1006, wasClean: false }]);
      expect(other.heard.ends).toMatchObject([{ code: lacks.terminate?.who === who ? 1005 : 1006 }]);
    });

    test("after the end every method is safe, and does nothing", async () => {
      const pair = await makePair();
      pair.client.wire.terminate();
      await pair.settle();

      for (const { wire } of [pair.server, pair.client]) {
        expect(wire.send("late", true)).toBe(false);
        wire.ping?.(bytes(1));
        wire.pause?.();
        wire.resume?.();
        wire.close(1000, "");
        wire.terminate();
        wire.flushed(() => {});
      }
      await pair.settle();

      expect(pair.server.heard.ends).toHaveLength(1);
      expect(pair.client.heard.ends).toHaveLength(1);
    });
  });

  unless(lacks.ping, describe)(`${name}: pings`, () => {
    test("a ping's bytes come back in a pong", async () => {
      const pair = await makePair();

      pair.client.wire.ping!(Uint8Array.of(1, 2, 3, 4));
      await pair.settle();

      expect(pair.client.heard.pongs).toEqual([Uint8Array.of(1, 2, 3, 4)]);
    });
  });

  unless(lacks.pause, describe)(`${name}: pauses`, () => {
    test("no message comes after the one at hand; resumed, all come in order", async () => {
      const pair = await makePair();
      const { wire, heard } = pair.client;
      heard.onMessage = () => wire.pause!();

      for (const message of ["a", "b", "c", "d"]) pair.server.wire.send(message, true);
      await pair.settle();
      expect(heard.messages).toEqual(["a"]);
      wire.resume!();
      await pair.settle();
      expect(heard.messages).toEqual(["a", "b"]);
      heard.onMessage = () => {};
      wire.resume!();
      await pair.settle();

      expect(heard.messages).toEqual(["a", "b", "c", "d"]);
    });

    test("what a paused side has not read comes before the end", async () => {
      const pair = await makePair();
      const { wire, heard } = pair.client;
      heard.onMessage = () => wire.pause!();

      for (const message of ["a", "b", "c"]) pair.server.wire.send(message, true);
      pair.server.wire.close(1000, "");
      await pair.settle();
      expect(heard.ends).toEqual([]);
      heard.onMessage = () => {};
      wire.resume!();
      await pair.settle();

      expect(heard.messages).toEqual(["a", "b", "c"]);
      expect(heard.ends).toMatchObject([{ code: 1000, wasClean: true }]);
    });

    test("a side that does not read makes the other one wait", async () => {
      const pair = await makePair();
      pair.client.wire.pause!();

      for (let i = 0; i < 64; i++) pair.server.wire.send(bytes(WIRE_HIGH_WATER * 4), false);
      await pair.settle();
      expect(pair.server.wire.bufferedAmount).toBeGreaterThan(WIRE_HIGH_WATER);
      pair.client.wire.resume!();
      await pair.settle();

      expect(pair.server.wire.bufferedAmount).toBe(0);
      expect(pair.client.heard.messages).toHaveLength(64);
    });
  });

  unless(lacks.sendStream, describe)(`${name}: streams`, () => {
    const options = { compress: true, emptyAs: "text" } as const;

    test.each([
      ["text", ["one ", "", "two"], "one two"],
      ["bytes", [bytes(100_000, 1), bytes(1, 1)], bytes(100_001, 1)],
      ["nothing", [], ""],
    ])("%s in pieces arrives as one message, and each piece that is out is told", async (_name, chunks, whole) => {
      const pair = await makePair();
      let moved = 0;

      await pair.server.wire.sendStream!(chunks, { ...options, onMoved: () => moved++ });
      await pair.settle();

      expect(pair.client.heard.messages.map(brief)).toEqual([brief(whole)]);
      if (chunks.length > 0) expect(moved).toBeGreaterThanOrEqual(2);
    });

    test("a source that fails in the middle closes with 1011, and its error is told", async () => {
      const pair = await makePair();
      function* source() {
        yield "half a ";
        throw new Error("no more");
      }

      await expect(pair.server.wire.sendStream!(source(), options)).rejects.toThrow("no more");
      await pair.settle();

      expect(pair.client.heard.messages).toEqual([]);
      expect(pair.client.heard.ends).toMatchObject([{ code: 1011 }]);
    });
  });
}
