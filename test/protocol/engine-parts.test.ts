/** Messages received in parts, as their bytes come: a large one is never held, and the way can change between messages. */

import { describe, expect, test } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { agreement } from "../support/agreements.ts";
import { settled, takeBytes } from "../support/feed.ts";
import { frame } from "../support/frames.ts";
import { hex, join } from "../support/hex.ts";
import type { End } from "../support/pair.ts";
import { makeEnd } from "../support/pair.ts";

function inParts(options: Parameters<typeof makeEnd>[1] = {}): End {
  const end = makeEnd("client", options);
  end.engine.inParts = true;
  return end;
}

/** Parts as `data` or `data|` for the last; messages as they are. */
function heard({ sink }: End): unknown[] {
  return sink.events.map((event) => {
    if (event.type === "part") return `${event.data}${event.last ? "|" : ""}`;
    return event.type === "message" ? { whole: event.data } : event;
  });
}

describe("parts come as their bytes do", () => {
  test("of one frame", () => {
    const end = inParts();

    for (const bytes of ["8106 61", "6263", "646566"]) end.engine.receive(hex(bytes));

    expect(heard(end)).toEqual(["a", "bc", "def|"]);
  });

  test("of several fragments, with a ping in between", () => {
    const end = inParts();

    end.engine.receive(hex("0101 61 8900 0000 8001 62"));

    expect(heard(end)).toEqual(["a", { type: "ping", payload: hex("") }, "b|"]);
  });

  test("an empty last fragment is the end, and an empty message has an end", () => {
    const end = inParts();

    end.engine.receive(hex("0101 61 8000  8100  8200"));

    expect(heard(end)).toEqual(["a", "|", "|", "|"]);
  });

  test("bytes are the user's own", () => {
    const end = inParts();
    const chunk = hex("8203 0102");

    end.engine.receive(chunk);
    chunk.fill(0);
    end.engine.receive(hex("03"));

    expect(end.sink.events).toEqual([
      { type: "part", data: hex("0102"), last: false },
      { type: "part", data: hex("03"), last: true },
    ]);
  });

  test("nothing is held: a message of 100 MB costs no more than its chunks", () => {
    const end = inParts({ limits: { messageSize: Number.POSITIVE_INFINITY } });
    let size = 0;
    end.sink.part = (data) => {
      size += data.length;
    };
    end.engine.receive(hex("827f 0000000005f5e100"));

    for (let i = 0; i < 1000; i++) end.engine.receive(new Uint8Array(100_000));

    expect(size).toBe(100_000_000);
    expect(end.platform.largest).toBeLessThanOrEqual(400_000);
  });

  test("a large compressed one, too", async () => {
    const sender = makeEnd("server", { deflate: agreement() });
    const data = new Uint8Array(3_000_000).map((_, at) => (at * at) >> 7);
    sender.engine.send(data);
    sender.engine.send("small");
    await settled(sender.engine);
    const end = inParts({ deflate: agreement(), limits: { messageSize: 4_000_000 } });

    end.engine.receive(takeBytes(sender.engine));
    await settled(end.engine);

    const parts = end.sink.events.flatMap((event) => (event.type === "part" ? [event] : []));
    const large = parts.slice(0, -1);
    expect(large.length).toBeGreaterThan(20);
    expect(large.map(({ last }) => last).indexOf(true)).toBe(large.length - 1);
    expect(Buffer.from(join(...large.map((part) => part.data as Uint8Array))).equals(data)).toBe(true);
    expect(parts.at(-1)).toEqual({ type: "part", data: "small", last: true });
    expect(end.platform.largest).toBeLessThanOrEqual(400_000);
  });

  test("wrong UTF-8 ends it in the middle, behind the good parts", () => {
    const end = inParts();

    end.engine.receive(hex("8105 6162"));
    end.engine.receive(hex("ff"));

    expect(heard(end)).toEqual([
      "ab",
      { type: "close", code: 1007, reason: "", wasClean: false, error: "INVALID_UTF8" },
    ]);
  });

  test("limits hold all the same", () => {
    const end = inParts({ limits: { messageSize: 10 } });

    end.engine.receive(join(frame({ opcode: 2, fin: false, payload: new Uint8Array(6) }), hex("8005")));

    expect(end.sink.events.at(-1)).toMatchObject({ type: "close", code: 1009, error: "MESSAGE_TOO_BIG" });
  });
});

describe("switching", () => {
  const bytes = hex("0101 61 8001 62  8101 63  0101 64 8001 65");

  test("inside `part`, behind the last: the next message is whole", () => {
    const end = inParts();
    end.sink.part = (data: Message, last: boolean) => {
      end.sink.events.push({ type: "part", data, last });
      if (last) end.engine.inParts = false;
    };

    end.engine.receive(bytes.slice());

    expect(heard(end)).toEqual(["a", "b|", { whole: "c" }, { whole: "de" }]);
  });

  test("inside `message`: the next one comes in parts", () => {
    const end = makeEnd("client");
    end.sink.message = (data: Message) => {
      end.sink.events.push({ type: "message", data });
      end.engine.inParts = true;
    };

    end.engine.receive(bytes.slice());

    expect(heard(end)).toEqual([{ whole: "ab" }, "c|", "d", "e|"]);
  });

  test.each([true, false])("in the middle of a message: it goes on as it began (in parts: %s)", (began) => {
    const end = makeEnd("client");
    end.engine.inParts = began;

    end.engine.receive(hex("0101 61"));
    end.engine.inParts = !began;
    end.engine.receive(hex("8001 62  0101 63 8001 64"));

    expect(heard(end)).toEqual(began ? ["a", "b|", { whole: "cd" }] : [{ whole: "ab" }, "c", "d|"]);
  });

  test("in the middle of a large compressed message, too", async () => {
    const sender = makeEnd("server", { deflate: agreement() });
    sender.engine.send(new Uint8Array(600_000));
    sender.engine.send("next");
    await settled(sender.engine);
    const end = inParts({ deflate: agreement() });
    end.sink.part = (data: Message, last: boolean) => {
      end.sink.events.push({ type: "part", data, last });
      end.engine.inParts = false;
    };

    end.engine.receive(takeBytes(sender.engine));
    await settled(end.engine);

    const sizes = end.sink.events.map((event) => (event.type === "part" ? event.data.length : event.type));
    expect(sizes.filter((size) => typeof size === "number").reduce((a, b) => a + b, 0)).toBe(600_000);
    expect(end.sink.events.at(-1)).toEqual({ type: "message", data: "next" });
  });
});

test("without a `part` in the sink, parts are dropped in silence", () => {
  const end = inParts();
  end.sink.part = undefined as never;

  expect(end.engine.receive(hex("0101 61 8001 62 8101 63"))).toBe("more");
  expect(end.sink.events).toEqual([]);
});
