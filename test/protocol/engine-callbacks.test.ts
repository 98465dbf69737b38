/** What the user does inside the engine's callbacks: sends, closes, ends. `close` comes once. */

import { describe, expect, test } from "vitest";
import { Engine } from "../../src/protocol/engine.ts";
import { agreement } from "../support/agreements.ts";
import { stateOf, takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, join } from "../support/hex.ts";
import { makeEnd, Pair } from "../support/pair.ts";
import { TestPlatform } from "../support/test-platform.ts";

const THREE = hex("8101 61 8101 62 8101 63");

describe("sending inside a callback", () => {
  test("an echo, in order", () => {
    const { engine, sink } = makeEnd("client");
    sink.message = (data) => engine.send(`echo ${data}`);
    sink.ping = () => engine.send("pinged");

    engine.receive(join(THREE, hex("8900")));

    const sent = readFrames(takeBytes(engine)).map(({ opcode, payload }) => `${opcode} ${Buffer.from(payload)}`);
    expect(sent).toEqual(["1 echo a", "1 echo b", "1 echo c", "10 ", "1 pinged"]);
  });

  test("inside `output`, which calls itself", () => {
    const { engine, sink } = makeEnd("server");
    let calls = 0;
    sink.output = () => {
      if (++calls < 5) engine.send(`more ${calls}`);
    };

    engine.send("first");

    const sent = readFrames(takeBytes(engine)).map(({ payload }) => Buffer.from(payload).toString());
    expect(sent).toEqual(["first", "more 1", "more 2", "more 3", "more 4"]);
  });

  test("two engines that answer each other without end stay in step", async () => {
    const pair = new Pair({ deflate: agreement() });
    for (const { engine, sink } of [pair.server, pair.client]) {
      sink.message = (data) => {
        sink.events.push({ type: "message", data });
        if (sink.events.length < 50) engine.send(`${data}.`);
        else engine.close(1000);
      };
    }

    pair.client.engine.send("");
    await pair.run();

    expect(pair.server.sink.messages.at(-1)).toBe(".".repeat(98));
    expect(pair.server.sink.events.at(-1)).toMatchObject({ type: "close", code: 1000 });
  });
});

describe("closing and ending inside a callback", () => {
  test("close: the rest still comes", () => {
    const { engine, sink } = makeEnd("client");
    sink.message = (data) => {
      sink.events.push({ type: "message", data });
      engine.close(4000);
    };

    engine.receive(join(THREE, hex("8802 0fa0")));

    expect(sink.events.map(({ type }) => type)).toEqual(["message", "message", "message", "close"]);
    expect(readFrames(takeBytes(engine))).toHaveLength(1);
  });

  const inside = test.each(["message", "ping", "pong", "part"] as const);
  const bytes = "8a00 8900 0101 61 8001 62 8101 63";

  inside("abort inside `%s`: nothing more comes", (name) => {
    const end = makeEnd("client");
    const { engine, sink } = end;
    engine.inParts = name === "part";
    sink[name] = () => engine.abort();

    expect(engine.receive(hex(bytes))).toBe("ended");

    expect(sink.events.at(-1)).toEqual({ type: "close", code: 1006, reason: "", wasClean: false });
    expect(sink.events.filter(({ type }) => type === name)).toEqual([]);
    expect(stateOf(engine)).toBe("ended");
  });

  inside("end inside `%s`: what had come still comes, and then the end", (name) => {
    const { engine, sink } = makeEnd("client");
    engine.inParts = name === "part";
    const record = (sink[name] as (...args: unknown[]) => void).bind(sink);
    sink[name] = (...args: unknown[]) => {
      record(...args);
      engine.end();
    };

    expect(engine.receive(hex(bytes))).toBe("ended");

    expect(sink.events.map(({ type }) => type)).toEqual([
      "pong",
      "ping",
      ...(name === "part" ? ["part", "part", "part"] : ["message", "message"]),
      "close",
    ]);
    expect(sink.events.at(-1)).toMatchObject({ code: 1006, wasClean: false });
  });

  test("inside `close` everything is over: calls throw or do nothing", () => {
    const { engine, sink } = makeEnd("client");
    const record = sink.close.bind(sink);
    sink.close = (info) => {
      record(info);
      expect(engine.state).toBe("closed");
      expect(() => engine.send("x")).toThrow("send: the connection is closed");
      engine.close(1000);
      engine.end();
      engine.abort();
      engine.pause();
      engine.resume();
      expect(engine.receive(hex("8101 61"))).toBe("ended");
    };

    engine.receive(hex("8802 03e8 8101 61"));

    expect(sink.events).toEqual([{ type: "close", code: 1000, reason: "", wasClean: true }]);
    expect(readFrames(takeBytes(engine))).toMatchObject([{ opcode: 8 }]);
  });
});

test("a sink with nothing but `message` and `close` is enough", () => {
  const heard: unknown[] = [];
  const sink = { message: (data: unknown) => heard.push(data), close: () => heard.push("closed") };
  const engine = new Engine({ role: "client", platform: new TestPlatform(), sink });

  engine.receive(hex("8900 8a00 8201 01 8800"));

  expect(heard).toEqual([hex("01"), "closed"]);
});
