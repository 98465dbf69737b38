/** JSON over a socket: both modes, schemas of the standard's kind, other codecs, and what is not what was wanted. */

import { describe, expect, test } from "vitest";
import { InvalidJsonError, MessageTypeError, ValidationError } from "../../src/errors.ts";
import type { JsonCodec, StandardSchema } from "../../src/socket/json-codec.ts";
import type { OnInvalid } from "../../src/socket/json-messages.ts";
import { settle, socketPair } from "../support/socket-pair.ts";

interface Move {
  readonly x: number;
}

/** A validator in ten lines: numbers may come as text. Sync or async, as the standard allows both. */
function moveSchema(mode: "sync" | "async"): StandardSchema<unknown, Move> {
  const check = (value: unknown) => {
    const x = Number((value as Move | null)?.x);
    if (!Number.isNaN(x)) return { value: { x } };
    return { issues: [{ message: "expected a number", path: ["x"] }] };
  };
  const validate = mode === "sync" ? check : async (value: unknown) => check(value);
  return { "~standard": { version: 1, vendor: "test", validate } };
}

/** A codec that knows bigint: `{"$big":"123"}`. */
const bigJson: JsonCodec = {
  stringify: (value) =>
    JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? { $big: String(part) } : part)),
  parse: (text) => JSON.parse(text, (_key, part) => (part?.$big === undefined ? part : BigInt(part.$big))),
};

describe("sendJson and receiveJson", () => {
  test.each(["text", "binary"] as const)("carry values as %s", async (mode) => {
    const { server, client } = socketPair();
    const values = [{ a: [1, "ħ", null] }, "text", 0, false, null, []];

    for (const value of values) void client.socket.sendJson(value, { mode });

    for (const value of values) expect(await server.socket.receiveJson({ mode })).toEqual(value);
    expect(typeof server.reports.received[0]).toBe(mode === "text" ? "string" : "object");
  });

  test.each([undefined, () => {}, Symbol("s")])("refuse to send %s, which has no JSON", (value) => {
    const { client } = socketPair();

    expect(() => client.socket.sendJson(value)).toThrow(expect.objectContaining({ code: "NOT_SERIALIZABLE" }));
  });

  test("hand on what the codec throws, and send nothing", async () => {
    const { client } = socketPair();

    expect(() => client.socket.sendJson(1n)).toThrow(TypeError);

    expect(client.reports.sent).toEqual([]);
  });

  test("use another codec", async () => {
    const { server, client } = socketPair({ json: bigJson });

    void client.socket.sendJson({ balance: 12_345_678_901_234_567_890n });

    expect(await server.socket.receiveJson()).toEqual({ balance: 12_345_678_901_234_567_890n });
  });

  test.each(["sync", "async"] as const)("give what a schema makes of the value (%s)", async (kind) => {
    const { server, client } = socketPair();
    void client.socket.sendJson({ x: "7", y: "more" });

    const move: Move = await server.socket.receiveJson(moveSchema(kind), { timeout: 1_000 });

    expect(move).toEqual({ x: 7 });
  });

  test("a schema may be a function, as arktype's are", async () => {
    const { server, client } = socketPair();
    const schema = Object.assign(() => {}, moveSchema("sync"));
    void client.socket.sendJson({ x: 1 });

    expect(await server.socket.receiveJson(schema)).toEqual({ x: 1 });
  });

  test("tell of everything that is not what was wanted, with the message, and the socket goes on", async () => {
    const { server, client } = socketPair();
    const notUtf8 = Uint8Array.of(0x22, 0xff, 0x22);
    const [notJson, wrongKind, noMove] = ["{a", Uint8Array.of(1), '{"x":"?"}'];
    for (const message of [notJson, "", wrongKind, noMove, notUtf8]) void client.socket.send(message);
    void client.socket.sendJson("fine");

    await expect(server.socket.receiveJson()).rejects.toMatchObject({
      name: "InvalidJsonError",
      closeCode: 1007,
      data: notJson,
    });
    await expect(server.socket.receiveJson()).rejects.toMatchObject({ name: "InvalidJsonError", data: "" });
    await expect(server.socket.receiveJson()).rejects.toMatchObject({
      name: "MessageTypeError",
      closeCode: 1003,
      data: wrongKind,
    });
    await expect(server.socket.receiveJson(moveSchema("async"))).rejects.toMatchObject({
      name: "ValidationError",
      message: "a message does not match the schema: x: expected a number",
      issues: [{ message: "expected a number", path: ["x"] }],
      data: noMove,
    });
    await expect(server.socket.receiveJson({ mode: "binary" })).rejects.toThrow("it is not UTF-8");

    expect(await server.socket.receiveJson()).toBe("fine");
  });

  test("an unknown mode is a mistake of the caller", () => {
    const { client } = socketPair();
    const mode = "xml" as "text";

    for (const call of [
      () => client.socket.sendJson(1, { mode }),
      () => client.socket.receiveJson({ mode }),
      () => client.socket.iterJson({ mode }),
    ]) {
      expect(call).toThrow("mode is xml, expected text or binary");
    }
  });
});

describe("iterJson", () => {
  /** Sends good and bad ones, and gives what came of them. */
  async function iterate(onInvalid: OnInvalid | undefined) {
    const { server, client } = socketPair();
    for (const message of ['{"x":1}', "{", Uint8Array.of(1), '{"x":"?"}', '{"x":2}']) void client.socket.send(message);
    await settle();
    const values: unknown[] = [];
    let error: unknown;
    try {
      for await (const move of server.socket.iterJson({ schema: moveSchema("async"), onInvalid })) {
        values.push(move.x);
        if (move.x === 2) void client.socket.close(4000);
      }
    } catch (thrown) {
      error = thrown;
    }
    return { values, error, server };
  }

  test("throws at what is invalid; the socket stays open", async () => {
    const { values, error, server } = await iterate(undefined);

    expect(values).toEqual([1]);
    expect(error).toBeInstanceOf(InvalidJsonError);
    expect(server.socket.state).toBe("open");
  });

  test("`skip` leaves it out", async () => {
    const { values, error } = await iterate("skip");

    expect({ values, error }).toEqual({ values: [1, 2], error: undefined });
  });

  test("a function is told, may take its time, and reading goes on", async () => {
    const told: unknown[] = [];

    const { values, error } = await iterate(async (invalid) => {
      await settle();
      told.push(invalid.constructor);
    });

    expect({ values, error }).toEqual({ values: [1, 2], error: undefined });
    expect(told).toEqual([InvalidJsonError, MessageTypeError, ValidationError]);
  });

  test("a function that throws ends the iteration with that", async () => {
    const { error } = await iterate(() => {
      throw new Error("enough");
    });

    expect(error).toMatchObject({ message: "enough" });
  });

  test.each([
    ["no JSON", "{", 1007],
    ["of the wrong kind", Uint8Array.of(1), 1003],
    ["not what the schema wants", "{}", 1007],
  ])("`close` closes at what is %s, and the iteration ends without an error", async (_name, message, code) => {
    const { server, client } = socketPair();
    void client.socket.send(message);
    const values: unknown[] = [];

    for await (const value of server.socket.iterJson({ schema: moveSchema("sync"), onInvalid: "close" })) {
      values.push(value);
    }

    expect(values).toEqual([]);
    expect(await client.socket.closed).toMatchObject({ code, reason: "" });
  });

  test("an unknown word for onInvalid is a mistake of the caller, told before the loop", () => {
    const { server } = socketPair();

    expect(() => server.socket.iterJson({ onInvalid: "ignore" as "skip" })).toThrow("onInvalid is ignore");
  });

  test("ends for every close code, after what was queued", async () => {
    const { server, client } = socketPair();
    void client.socket.sendJson(1);
    void client.socket.sendJson(2, { mode: "binary" });
    void client.socket.close(1011);
    const values: unknown[] = [];

    for await (const value of server.socket.iterJson({ onInvalid: "skip" })) values.push(value);

    expect(values).toEqual([1]);
  });
});
