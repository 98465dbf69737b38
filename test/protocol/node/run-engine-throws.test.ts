/** Callbacks that throw, over a Node stream: nobody swallows it, nothing is lost, and the connection still ends. */

import { afterEach, beforeEach, expect, test } from "vitest";
import { runEngine } from "../../../src/protocol/node/index.ts";
import { frame } from "../../support/frames.ts";
import { hex } from "../../support/hex.ts";
import { Recorder } from "../../support/recorder.ts";
import { turns } from "../../support/run.ts";
import { TestStream } from "../../support/test-stream.ts";

const others = process.listeners("uncaughtException");
let errors: string[];

beforeEach(() => {
  errors = [];
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => errors.push(error.message));
});

afterEach(() => {
  process.removeAllListeners("uncaughtException");
  for (const listener of others) process.on("uncaughtException", listener);
});

/** An echo that throws behind its answer to "a". */
function throwing() {
  const stream = new TestStream();
  const sink = new Recorder();
  sink.message = (data) => {
    sink.events.push({ type: "message", data });
    engine.send(data);
    if (data === "a") throw new Error("thrown");
  };
  const engine = runEngine(stream, { role: "client", sink, closeTimeout: 1 });
  return { stream, sink, engine };
}

test("what was to be sent goes out, and what is behind the message comes with the next chunk", async () => {
  const { stream, sink } = throwing();

  stream.push(hex("8101 61 8101 62"));
  await turns(10);
  stream.push(hex("8101 63"));
  await turns(10);

  expect(errors).toEqual(["thrown"]);
  expect(sink.messages).toEqual(["a", "b", "c"]);
  expect(stream.frames).toEqual(["1 61", "1 62", "1 63"]);
  stream.destroy();
});

test("or with the FIN: and the connection ends", async () => {
  const { stream, sink, engine } = throwing();

  stream.push(hex("8101 61 8101 62"));
  stream.push(null);
  await turns(10);

  expect(errors).toEqual(["thrown"]);
  expect(sink.messages).toEqual(["a", "b"]);
  expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1006 });
  expect(engine.state).toBe("closed");
  expect(stream.ended).toBe(true);
  stream.destroy();
});

test.each(["output", "close"] as const)("in `%s`: TCP is ended all the same", async (name) => {
  const stream = new TestStream();
  const sink = new Recorder();
  sink[name] = () => {
    throw new Error(name);
  };
  runEngine(stream, { role: "server", sink });

  stream.push(frame({ opcode: 8, payload: hex("03e8"), key: hex("01020304") }));
  await turns(10);

  expect(new Set(errors)).toEqual(new Set([name]));
  expect(stream.frames).toEqual(["8 03e8"]);
  expect(stream.ended).toBe(true);
  stream.destroy();
});
