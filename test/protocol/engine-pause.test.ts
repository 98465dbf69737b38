/** Reading by pull: a pause holds at once, in the middle of a chunk, and nothing is lost or out of order. */

import { describe, expect, test } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { agreement } from "../support/agreements.ts";
import { settled, stateOf, takeBytes } from "../support/feed.ts";
import { frame } from "../support/frames.ts";
import { hex, join } from "../support/hex.ts";
import { makeEnd } from "../support/pair.ts";
import { zlibHadItsTurn } from "../support/zlib-turn.ts";

function text(words: string): Uint8Array {
  return frame({ opcode: 1, payload: Buffer.from(words) });
}

const THREE = join(text("a"), text("b"), text("c"));

test("900 messages in one chunk, with a pause after each", () => {
  const { engine, sink } = makeEnd("client");
  const words = Array.from({ length: 900 }, (_, i) => `message ${i}`);
  let ready = 0;
  sink.ready = () => ready++;
  const heard: Message[] = [];
  sink.message = (data) => {
    heard.push(data);
    engine.pause();
  };

  expect(engine.receive(join(...words.map(text)))).toBe("paused");
  for (let i = 1; i <= 900; i++) {
    expect(heard).toHaveLength(i);
    engine.resume();
  }

  expect(heard).toEqual(words);
  expect(stateOf(engine)).toBe("more");
  expect(ready).toBe(1);
});

test("what comes during a pause is kept, in order", () => {
  const { engine, sink } = makeEnd("client");
  engine.pause();

  expect(engine.receive(text("a"))).toBe("paused");
  expect(engine.receive(THREE.slice(0, 4))).toBe("paused");
  expect(engine.receive(THREE.slice(4))).toBe("paused");
  expect(sink.events).toEqual([]);
  engine.resume();

  expect(sink.messages).toEqual(["a", "a", "b", "c"]);
});

test("pause and resume inside the same callback change nothing", () => {
  const { engine, sink } = makeEnd("client");
  sink.message = (data) => {
    sink.events.push({ type: "message", data });
    engine.pause();
    engine.resume();
  };

  expect(engine.receive(THREE.slice())).toBe("more");

  expect(sink.messages).toEqual(["a", "b", "c"]);
});

test("a pause before the first byte holds, and `ready` comes when all is read", () => {
  const { engine, sink } = makeEnd("client");
  const calls: string[] = [];
  sink.ready = () => calls.push(`ready after ${sink.events.length}`);
  engine.pause();
  engine.receive(THREE.slice());

  engine.resume();

  expect(calls).toEqual(["ready after 3"]);
});

test("pings and the Close frame wait, too", () => {
  const { engine, sink } = makeEnd("client");
  engine.pause();
  engine.receive(hex("8900 8101 61 8802 03e8"));
  expect(engine.take()).toEqual([]);

  engine.resume();

  expect(sink.events.map(({ type }) => type)).toEqual(["ping", "message", "close"]);
});

test("a pause in a ping holds the message behind it", () => {
  const { engine, sink } = makeEnd("client");
  sink.ping = () => engine.pause();

  expect(engine.receive(hex("8900 8101 61"))).toBe("paused");
  expect(sink.messages).toEqual([]);
  engine.resume();

  expect(sink.messages).toEqual(["a"]);
});

test("a FIN during a pause waits until what came before it has been given", () => {
  const { engine, sink } = makeEnd("client");
  engine.pause();
  engine.receive(THREE.slice());

  engine.end();
  expect(engine.state).toBe("open");
  engine.resume();

  expect(sink.messages).toEqual(["a", "b", "c"]);
  expect(sink.events.at(-1)).toEqual({ type: "close", code: 1006, reason: "", wasClean: false });
  expect(stateOf(engine)).toBe("ended");
});

test("so does one behind a Close frame, which then counts", () => {
  const { engine, sink } = makeEnd("client");
  engine.pause();
  engine.receive(hex("8101 61 8802 03e8"));

  engine.end();
  engine.resume();

  expect(sink.events.at(-1)).toEqual({ type: "close", code: 1000, reason: "", wasClean: true });
  expect(sink.events).toHaveLength(2);
});

test("a FIN during a pause, with nothing that waits, is the end at once", () => {
  const { engine, sink } = makeEnd("client");
  engine.pause();

  engine.end();

  expect(sink.events).toEqual([{ type: "close", code: 1006, reason: "", wasClean: false }]);
});

test("abort ends a pause, and what waited is gone", () => {
  const { engine, sink } = makeEnd("client");
  engine.pause();
  engine.receive(THREE.slice());

  engine.abort();
  engine.resume();

  expect(sink.events).toEqual([{ type: "close", code: 1006, reason: "", wasClean: false }]);
  expect(stateOf(engine)).toBe("ended");
});

test("pause and resume after the end do nothing", () => {
  const { engine, sink } = makeEnd("client");
  let ready = 0;
  sink.ready = () => ready++;
  engine.receive(hex("8800"));

  engine.pause();
  engine.resume();

  expect(stateOf(engine)).toBe("ended");
  expect(ready).toBe(0);
});

test("receiving inside a callback is read behind what came before", () => {
  const { engine, sink } = makeEnd("client");
  sink.message = (data) => {
    sink.events.push({ type: "message", data });
    if (data === "a") engine.receive(text("late"));
  };

  engine.receive(THREE.slice());

  expect(sink.messages).toEqual(["a", "b", "c", "late"]);
});

describe("with large compressed messages", () => {
  const large = new Uint8Array(600_000).map((_, at) => (at * at) >> 7);

  async function stream(...messages: Message[]): Promise<Uint8Array> {
    const { engine } = makeEnd("server", { deflate: agreement() });
    for (const message of messages) engine.send(message);
    await settled(engine);
    return takeBytes(engine);
  }

  test("paused while one is inflated, nothing comes until resume", async () => {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });
    const bytes = await stream(large, "behind");

    expect(engine.receive(bytes)).toBe("suspended");
    engine.pause();
    await zlibHadItsTurn();
    expect(sink.events).toEqual([]);
    engine.resume();
    await settled(engine);

    expect(sink.messages.map((data) => data.length)).toEqual([600_000, 6]);
  });

  test("paused and resumed at once, it goes on", async () => {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });

    engine.receive(await stream(large, "behind"));
    engine.pause();
    engine.resume();
    await settled(engine);

    expect(sink.messages.map((data) => data.length)).toEqual([600_000, 6]);
  });

  test("a pause in the callback of a large message holds the small one behind it", async () => {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });
    let ready = 0;
    sink.ready = () => ready++;
    sink.message = (data) => {
      sink.events.push({ type: "message", data });
      engine.pause();
    };

    engine.receive(await stream(large, "one", large, "two"));
    const heard: number[] = [];
    for (let i = 0; i < 4; i++) {
      await settled(engine);
      heard.push(sink.messages.length);
      expect(stateOf(engine)).toBe("paused");
      engine.resume();
    }

    expect(heard).toEqual([1, 2, 3, 4]);
    expect(stateOf(engine)).toBe("more");
    expect(ready).toBe(1);
  });

  test("in parts, a pause holds the next part back", async () => {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });
    engine.inParts = true;
    let paused = false;
    const duringPause: string[] = [];
    sink.part = (data, last) => {
      sink.events.push({ type: "part", data, last });
      if (paused) duringPause.push(`${data.length} bytes, last: ${last}`);
      paused = true;
      engine.pause();
    };

    engine.receive(await stream(large, large));
    while (sink.events.filter((event) => event.type === "part" && event.last).length < 2) {
      await zlibHadItsTurn();
      paused = false;
      engine.resume();
    }

    expect(duringPause).toEqual([]);
    const parts = sink.events.map((event) => (event.type === "part" ? (event.data as Uint8Array) : hex("")));
    expect(parts.length).toBeGreaterThan(10);
    expect(Buffer.from(join(...parts)).equals(join(large, large))).toBe(true);
  });
});
