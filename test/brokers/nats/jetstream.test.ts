/** JetStream's answers, and what the client says instead of them: told as what they mean. Without a server. */

import { expect, test } from "vitest";
import type { Line } from "../../../src/brokers/nats/line.ts";
import type { NatsConnectionLike } from "../../../src/brokers/nats/nats-client.ts";
import { JetStream, StreamDiffers, StreamMissing } from "../../../src/brokers/nats/presence/jetstream.ts";
import { failureOf } from "./nats-peer.ts";

/** JetStream behind a line whose requests `answer` answers. */
function jetstream(answer: (subject: string, body: { offset: number }) => unknown): JetStream {
  const request = async (subject: string, payload?: Uint8Array) => {
    const body = !payload?.length ? {} : JSON.parse(new TextDecoder().decode(payload));
    return { data: new TextEncoder().encode(JSON.stringify(await answer(subject, body))) };
  };
  const client = { request } as Partial<NatsConnectionLike> as NatsConnectionLike;
  const line: Partial<Line> = { place: "nats://h:1", ask: (_, ask) => ask(client) };
  return new JetStream(line as Line);
}

test("subjects are read page by page, since a server gives 100,000 of them at most", async () => {
  const all = Array.from({ length: 7 }, (_, index) => `s.${index}`);
  const offsets: number[] = [];
  const found = await jetstream((_, { offset }) => {
    offsets.push(offset);
    const subjects = Object.fromEntries(all.slice(offset, offset + 3).map((subject) => [subject, 1]));
    return { total: all.length, state: { subjects } };
  }).subjects("look", "S", "s.*");
  expect([found, offsets]).toEqual([all, [0, 3, 6]]);
});

test("pages that end early, since subjects went meanwhile, are no endless loop", async () => {
  const answer = (_: string, { offset }: { offset: number }) =>
    offset === 0 ? { total: 9, state: { subjects: { a: 1 } } } : { total: 9, state: {} };
  expect(await jetstream(answer).subjects("look", "S", ">")).toEqual(["a"]);
});

test.each([
  [10_059, StreamMissing],
  [10_058, StreamDiffers],
])("the refusal %i has a class", async (err_code, kind) => {
  const refusing = jetstream(() => ({ error: { code: 400, err_code, description: "…" } }));
  expect(await failureOf(refusing.purge("clear", "S", ">"))).toBeInstanceOf(kind);
});

test.each([
  [10_039, "BROKER_WITHOUT_JETSTREAM", "presence needs JetStream, which nats at nats://h:1 does not have"],
  [10_076, "BROKER_WITHOUT_JETSTREAM", "presence needs JetStream, which nats at nats://h:1 does not have"],
  [10_023, "JETSTREAM_REFUSED", "JetStream of nats at nats://h:1 refuses $JS.API.STREAM.PURGE.S: no room (10023)"],
])("the refusal %i is %s", async (err_code, code, message) => {
  const refusing = jetstream(() => ({ error: { code: 400, err_code, description: "no room" } }));
  expect(await failureOf(refusing.purge("clear", "S", ">"))).toMatchObject({ code, message });
});

test.each([
  ["TimeoutError", "BROKER_SILENT", "clear: nats at nats://h:1 did not answer within 10 000 ms"],
  ["PermissionViolationError", "NATS_FORBIDDEN", 'nats at nats://h:1 forbids to publish to "$JS.API.STREAM.PURGE.S"'],
  ["NoResponders", "BROKER_WITHOUT_JETSTREAM", "presence needs JetStream, which nats at nats://h:1 does not have"],
  ["ClosedConnectionError", "BROKER_AWAY", "clear needs nats at nats://h:1, which is away now"],
])("the client's %s is %s, wrapped or not", async (name, code, message) => {
  const plain = Object.assign(new Error("…"), { name });
  const wrapped = Object.assign(new Error("…", { cause: plain }), { name: "RequestError" });
  for (const error of [plain, wrapped]) {
    const failing = jetstream(() => Promise.reject(error));
    expect(await failureOf(failing.purge("clear", "S", ">"))).toMatchObject({ code, message });
  }
});

test("nobody takes what is stored: the bucket is not there", async () => {
  const unheard = Object.assign(new Error("…"), { name: "NoResponders" });
  expect(
    await failureOf(jetstream(() => Promise.reject(unheard)).put("write", "$KV.b.k", new Uint8Array())),
  ).toBeInstanceOf(StreamMissing);
});
