/** Callbacks of the user's that throw: the caller hears of it, no event is lost, and the connection still ends. */

import { describe, expect, onTestFinished, test } from "vitest";
import { agreement } from "../support/agreements.ts";
import { settled, stateOf, takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, toHex } from "../support/hex.ts";
import type { End } from "../support/pair.ts";
import { makeEnd } from "../support/pair.ts";

const THREE = hex("8101 61 8101 62 8101 63");

/** A sink that throws at one message, and writes down the others. */
function throwAt(end: End, word: string): void {
  end.sink.message = (data) => {
    if (data === word) throw new Error(`thrown at ${word}`);
    end.sink.events.push({ type: "message", data });
  };
}

/** Errors that are thrown past everybody, in turns of their own. */
function uncaught(): Error[] {
  const errors: Error[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => errors.push(error));
  onTestFinished(() => {
    process.removeAllListeners("uncaughtException");
    for (const listener of others) process.on("uncaughtException", listener);
  });
  return errors;
}

describe("a callback that throws", () => {
  test("throws at the caller, and the next chunk goes on behind its message", () => {
    const end = makeEnd("client");
    throwAt(end, "a");

    expect(() => end.engine.receive(THREE.slice())).toThrow("thrown at a");
    expect(end.engine.receive(hex("8101 64"))).toBe("more");

    expect(end.sink.messages).toEqual(["b", "c", "d"]);
  });

  test("resume goes on, too, and `ready` comes at the end", () => {
    const end = makeEnd("client");
    let ready = 0;
    end.sink.ready = () => ready++;
    throwAt(end, "b");
    end.engine.pause();
    end.engine.receive(THREE.slice());

    expect(() => end.engine.resume()).toThrow("thrown at b");
    end.engine.resume();

    expect(end.sink.messages).toEqual(["a", "c"]);
    expect(ready).toBe(1);
    expect(stateOf(end.engine)).toBe("more");
  });

  test.each([
    ["behind it", THREE, ["b", "c"]],
    ["behind a Close frame", hex("8101 61 8101 62 8802 03e8"), ["b"]],
  ])("and then a FIN: what is left of the chunk comes, and the end: %s", (_name, bytes, left) => {
    const end = makeEnd("client");
    throwAt(end, "a");
    expect(() => end.engine.receive(bytes.slice())).toThrow("thrown at a");

    end.engine.end();

    expect(end.sink.messages).toEqual(left);
    expect(end.sink.events.at(-1)).toMatchObject({ type: "close" });
    expect(end.engine.state).toBe("closed");
  });

  test("every callback may throw, at every frame: the others are heard all the same", () => {
    const bytes = hex("8900 8a00 8101 61 0101 62 8001 63 8800");
    const end = makeEnd("client");
    for (const name of ["message", "ping", "pong", "close"] as const) {
      const record = (end.sink[name] as (...args: unknown[]) => void).bind(end.sink);
      end.sink[name] = (...args: unknown[]) => {
        record(...args);
        throw new Error(name);
      };
    }

    let thrown = 0;
    for (const byte of bytes) {
      try {
        end.engine.receive(Uint8Array.of(byte));
      } catch {
        thrown++;
      }
    }

    expect(end.sink.events.map(({ type }) => type)).toEqual(["ping", "pong", "message", "message", "close"]);
    expect(thrown).toBe(5);
    expect(end.engine.state).toBe("closed");
    expect(readFrames(takeBytes(end.engine)).map(({ opcode }) => opcode)).toEqual([10, 8]);
  });

  test.each([
    ["an answer to a Close frame", "8802 03e8", { code: 1000, wasClean: true }],
    ["a fail", "8f00", { code: 1002, wasClean: false }],
  ])("in `output`, with %s: the connection is closed all the same", (_name, bytes, info) => {
    const { engine, sink } = makeEnd("client");
    sink.output = () => {
      throw new Error("output");
    };

    expect(() => engine.receive(hex(bytes))).toThrow("output");

    expect(engine.state).toBe("closed");
    expect(sink.events).toMatchObject([{ type: "close", ...info }]);
    expect(() => engine.send("x")).toThrow("the connection is closed");
  });

  test("in `output`, with a ping: the ping is heard, and answered", () => {
    const { engine, sink } = makeEnd("client");
    sink.output = () => {
      throw new Error("output");
    };

    expect(() => engine.receive(hex("8901 07"))).toThrow("output");

    expect(sink.events).toEqual([{ type: "ping", payload: hex("07") }]);
    expect(toHex(readFrames(takeBytes(engine))[0]!.payload)).toBe("07");
  });

  test("in `output`, with a message: it has been sent", () => {
    const { engine, sink } = makeEnd("server");
    sink.output = () => {
      throw new Error("output");
    };

    expect(() => engine.send("a")).toThrow("output");

    expect(toHex(takeBytes(engine))).toBe("810161");
  });

  test("in a part: the next parts come", () => {
    const { engine, sink } = makeEnd("client");
    engine.inParts = true;
    const record = sink.part.bind(sink);
    sink.part = (data, last) => {
      record(data, last);
      throw new Error("part");
    };

    for (const piece of ["0103 616263", "0001 64", "8001 65", "8101 66"]) {
      expect(() => engine.receive(hex(piece))).toThrow("part");
    }

    expect(sink.events.map((event) => (event.type === "part" ? [event.data, event.last] : event))).toEqual([
      ["abc", false],
      ["d", false],
      ["e", true],
      ["f", true],
    ]);
  });

  test.each([false, true])(
    "with a large compressed message: what is behind it comes (in parts: %s)",
    async (inParts) => {
      const errors = uncaught();
      const sender = makeEnd("server", { deflate: agreement() });
      sender.engine.send(new Uint8Array(600_000));
      sender.engine.send("behind");
      await settled(sender.engine);
      const { engine, sink } = makeEnd("client", { deflate: agreement() });
      engine.inParts = inParts;
      const give = (data: unknown) => {
        if (data !== "behind") throw new Error("large");
        sink.events.push({ type: "message", data });
      };
      sink.message = give;
      sink.part = give;

      engine.receive(takeBytes(sender.engine));
      await settled(engine);

      expect(sink.messages).toEqual(["behind"]);
      expect(stateOf(engine)).toBe("more");
      // It is not swallowed either.
      expect(new Set(errors.map(({ message }) => message))).toEqual(new Set(["large"]));
    },
  );
});
