/**
 * `npm run bench:blocking`: blocking sockets against those of the async client, in one process and in turns, the server in
 * another: the time of a round trip, messages received in a second, messages sent in a second, and one large message.
 */

import { connect as connectBlocking } from "../src/blocking/index.ts";
import { connect } from "../src/client/index.ts";
import { App } from "../src/index.ts";
import { answer, Child } from "./support/child.ts";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 9);
const WARM_UPS = Math.min(ROUNDS, 6);
const ROUND_TRIPS = 1_000;
const STREAMED = 100_000;
const LARGE = 8 * 1024 * 1024;

if (process.argv[2] === "server") answer({ listen });
else await measure();

/** In the other process. */
async function listen(): Promise<number> {
  const app = new App({ logger: false, limits: { messageSize: LARGE, receiveFullTimeout: Number.POSITIVE_INFINITY } });
  app.ws("/echo", { message: (socket, message) => socket.send(message) });
  app.ws("/stream/:size<int>/:binary<int>", async (socket) => {
    const { size, binary } = socket.params;
    const message = binary ? new Uint8Array(size).fill(65) : "A".repeat(size);
    for await (const count of socket.iterText()) {
      for (let i = 0; i < Number(count); i++) {
        const sent = socket.send(message);
        if (i % 64 === 0) await sent;
      }
    }
  });
  app.ws("/sink", async (socket) => {
    let count = 0;
    for await (const message of socket) {
      if (message === "how many?") await socket.sendText(String(count));
      else count++;
    }
  });
  return (await app.listen({ port: 0, signals: false })).port!;
}

async function measure(): Promise<void> {
  const server = new Child(new URL(import.meta.url), { args: ["server"] });
  const url = `ws://127.0.0.1:${await server.ask<number>("listen")}`;
  for (const size of [64, 16_384]) await inTurns(`round trip, ${size} B text`, "us", () => roundTrips(url, size));
  await inTurns("round trip, 8 MiB binary", "us", () => largeRoundTrips(url));
  await inTurns("receive, 64 B text", "per s", () => stream(url, 0));
  await inTurns("receive, 64 B binary", "per s", () => stream(url, 1));
  await inTurns("send, 64 B text", "per s", () => send(url));
  await server.end();
}

interface Sample {
  readonly blocking: number;
  readonly awaited: number;
}

/** One sample of each side in each round, and first some to warm up: it takes thousands of round trips. */
async function inTurns(name: string, unit: "us" | "per s", sample: () => Promise<Sample>): Promise<void> {
  for (let round = 0; round < WARM_UPS; round++) await sample();
  const samples: Sample[] = [];
  for (let round = 0; round < ROUNDS; round++) samples.push(await sample());
  const blocking = median(samples.map((one) => one.blocking));
  const awaited = median(samples.map((one) => one.awaited));
  const figures = [blocking, awaited].map((value) => Math.round(value).toLocaleString("en").padStart(10)).join("");
  console.log(`${name.padEnd(26)} blocking, async: ${figures} ${unit.padEnd(6)} ${(blocking / awaited).toFixed(2)}x`);
}

async function roundTrips(url: string, size: number): Promise<Sample> {
  const text = "A".repeat(size);
  const count = size > 1000 ? ROUND_TRIPS / 4 : ROUND_TRIPS;
  const one = connectBlocking(`${url}/echo`);
  const blocking = medianTime(count, () => {
    one.sendText(text);
    one.receiveText();
  });
  one.close();
  const other = await connect(`${url}/echo`);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await other.sendText(text);
    await other.receiveText();
    times.push(performance.now() - start);
  }
  await other.close();
  return { blocking, awaited: median(times) * 1000 };
}

async function largeRoundTrips(url: string): Promise<Sample> {
  const bytes = new Uint8Array(LARGE);
  const limits = { messageSize: LARGE };
  const one = connectBlocking(`${url}/echo`, { limits });
  const blocking = medianTime(3, () => {
    one.sendBytes(bytes);
    one.receiveBytes();
  });
  one.close();
  const other = await connect(`${url}/echo`, { limits });
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await other.sendBytes(bytes);
    await other.receiveBytes();
    times.push(performance.now() - start);
  }
  await other.close();
  return { blocking, awaited: median(times) * 1000 };
}

async function stream(url: string, binary: 0 | 1): Promise<Sample> {
  const one = connectBlocking(`${url}/stream/64/${binary}`);
  let start = performance.now();
  one.sendText(String(STREAMED));
  for (let i = 0; i < STREAMED; i++) one.receive();
  const blocking = perSecond(start);
  one.close();
  const other = await connect(`${url}/stream/64/${binary}`);
  start = performance.now();
  await other.sendText(String(STREAMED));
  for (let i = 0; i < STREAMED; i++) await other.receive();
  const awaited = perSecond(start);
  await other.close();
  return { blocking, awaited };
}

async function send(url: string): Promise<Sample> {
  const text = "A".repeat(64);
  const one = connectBlocking(`${url}/sink`);
  let start = performance.now();
  for (let i = 0; i < STREAMED; i++) one.sendText(text);
  one.sendText("how many?");
  one.receiveText();
  const blocking = perSecond(start);
  one.close();
  const other = await connect(`${url}/sink`);
  start = performance.now();
  for (let i = 0; i < STREAMED; i++) await other.sendText(text);
  await other.sendText("how many?");
  await other.receiveText();
  const awaited = perSecond(start);
  await other.close();
  return { blocking, awaited };
}

function perSecond(start: number): number {
  return (STREAMED * 1000) / (performance.now() - start);
}

/** Microseconds. */
function medianTime(count: number, work: () => void): number {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return median(times) * 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
