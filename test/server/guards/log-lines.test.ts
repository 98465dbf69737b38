/** The log, end to end: what a session of a real app leaves there, by our logger and by pino. */

import { PassThrough } from "node:stream";
import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { App } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { eventually } from "../../support/eventually.ts";
import { echo, LineLog, listeningApp } from "../../support/listening-app.ts";
import { rawAnswer, rawOpen } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

/** The lines with what differs from run to run made the same. */
function steady(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/:\d{4,5}\b/g, ":PORT").replace(/\b[\d.]+ m?s\b/g, "T"));
}

/** Writes to the console are kept, and seen by nobody. */
function watchConsole(): string[] {
  const written: string[] = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    const spy = vi
      .spyOn(console, method)
      .mockImplementation((...words) => written.push(`${method} ${words.join(" ")}`));
    onTestFinished(() => spy.mockRestore());
  }
  return written;
}

/** A day in the life of an app: all that can be logged, once. */
async function session(app: App): Promise<void> {
  echo(app);
  app.ws("/broken", async (socket) => {
    await socket.receive();
    throw new TypeError("user is undefined");
  });
  app.ws("/private", (socket) => socket.reject(401));
  const port = await listenAnywhere(app);
  const url = `ws://127.0.0.1:${port}`;
  const ended = async (client: WsPeer) => {
    await client.ended();
    await eventually(() => app.sockets.size).toBe(0);
  };

  const client = await WsPeer.open(`${url}/ws?room=7&access_token=s3cr3t`);
  for (let at = 0; at < 3; at++) await client.ask("x".repeat(1_000));
  void client.close(1000);
  await ended(client);
  const leaves = await WsPeer.open(`${url}/ws`);
  void leaves.close(4000, "tea\ntime");
  await ended(leaves);
  const broken = await WsPeer.open(`${url}/broken`);
  broken.send("go");
  await ended(broken);
  const large = await WsPeer.open(`${url}/ws`);
  large.send("x".repeat(2_000_000));
  await ended(large);
  await rawAnswer(port, "/nowhere?key=s3cr3t");
  await rawAnswer(port, "/private");
  await rawAnswer(port, { extra: ["Origin: https://evil.example"], host: "good.example" });
  await app.close({ timeout: 1_000 });
}

const SESSION = [
  "info: listening on http://127.0.0.1:PORT",
  "info: ws /ws?room=7&access_token=*** from 127.0.0.1 · 1000 · T · in 3 (3 KB) out 3 (3 KB)",
  'info: ws /ws from 127.0.0.1 · 4000 "tea\\ntime" · T · in 0 (0 B) out 0 (0 B)',
  "error: handler of /broken: TypeError: user is undefined",
  "info: ws /broken from 127.0.0.1 · 1011 · T · in 1 (2 B) out 0 (0 B)",
  "warn: ws /ws from 127.0.0.1 · 1009 · T · in 0 (0 B) out 0 (0 B) · message of 2 000 000 bytes exceeds limits.messageSize (1 048 576)",
  "info: ws /nowhere?key=*** from 127.0.0.1 refused with 404: no WebSocket route matches /nowhere",
  "info: ws /private from 127.0.0.1 refused with 401: rejected with 401 by the app",
  'warn: ws /ws from 127.0.0.1 refused with 403: Origin "https://evil.example" refused: not the host that was asked, "good.example"; origins: ["same-host", "https://evil.example"] would allow it',
  "info: closing: 0 connections within T",
  "info: closed in T",
];

describe("a session", () => {
  it("reads like this: a line per connection, none per message", async () => {
    const log = new LineLog();
    const { app } = testApp({ logger: log });

    await session(app);

    expect(steady(log.lines)).toEqual(SESSION);
  });

  it("goes to the console where nothing else is said", async () => {
    const written = watchConsole();
    const app = new App();
    onTestFinished(() => app.close({ timeout: 0 }));

    await session(app);

    const lines = steady(written.map((line) => line.split("\n")[0]!));
    expect(lines).toEqual(
      SESSION.map((line) =>
        line
          .replace(/^info: /, "info ")
          .replace(/^warn: /, "warn warning: ")
          .replace(/^error: /, "error error: "),
      ),
    );
    expect(written.find((line) => line.startsWith("error "))).toMatch(/\n {4}at .*log-lines\.test\.ts/);
  });

  it("goes to nobody with logger: false", async () => {
    const written = watchConsole();
    const stdout = vi.spyOn(process.stdout, "write");
    const stderr = vi.spyOn(process.stderr, "write");
    onTestFinished(() => [stdout, stderr].map((spy) => spy.mockRestore()) && undefined);

    await session(testApp().app);

    expect(written).toEqual([]);
    expect([...stdout.mock.calls, ...stderr.mock.calls]).toEqual([]);
  });

  it("keeps secrets out of lines and fields", async () => {
    const log = new LineLog();

    await session(testApp({ logger: log }).app);

    expect(JSON.stringify([log.lines, log.fields])).not.toContain("s3cr3t");
  });
});

describe("pino", () => {
  async function sessionWithPino(level: string) {
    const stream = new PassThrough();
    const { app } = testApp({ logger: pino({ level, base: null }, stream) });
    await session(app);
    const text = String(stream.read() ?? "");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it("is a logger as it is: messages, levels, fields", async () => {
    const lines = await sessionWithPino("info");

    const named: Record<number, string> = { 30: "info", 40: "warn", 50: "error" };
    expect(steady(lines.map(({ level, msg }) => `${named[level as number]}: ${msg}`))).toEqual(SESSION);
    expect(lines[1]).toMatchObject({
      id: expect.any(String),
      path: "/ws?room=7&access_token=***",
      route: "/ws",
      code: 1000,
      received: { messages: 3, bytes: 3_000 },
      dropped: 0,
    });
    expect(lines[3]).toMatchObject({
      err: { type: "TypeError", message: "user is undefined", stack: expect.stringContaining("log-lines.test.ts") },
      path: "/broken",
      where: "handler",
    });
    expect(lines[5]).toMatchObject({ error: "MESSAGE_TOO_BIG", code: 1009 });
    expect(lines[8]).toMatchObject({ status: 403, origin: "https://evil.example" });
  });

  it("has lines at debug as well, when it wants them", async () => {
    const lines = await sessionWithPino("debug");

    expect(lines.filter(({ level }) => level === 20).map(({ msg }) => msg)).toContain(
      "ws /ws?room=7&access_token=*** from 127.0.0.1 open",
    );
    expect(JSON.stringify(lines)).not.toContain("s3cr3t");
  });
});

describe("a logger that fails", () => {
  it("harms no connection", async () => {
    const fail = () => {
      throw new Error("disk full");
    };
    const { url } = await listeningApp(echo, { logger: { info: fail, warn: fail, error: fail } });
    const client = await WsPeer.open(`${url}/ws`);

    expect(await client.ask("hello")).toBe("Echo: hello");
    expect((await client.close()).code).toBe(1000);
  });
});

it.each([
  ["its origin", { extra: ["Origin: https://x\u0085"] }],
  ["its host", { host: "good.example\u0085", extra: ["Origin: https://evil.example"] }],
])("a client cannot forge a line by %s, where a C1 control may stand", async (_what, head) => {
  const { port, log, heard } = await listeningApp(echo);

  expect((await rawAnswer(port, head)).status).toBeGreaterThanOrEqual(400);

  await heard.once("connectionRejected");
  expect(log.lines).toHaveLength(1);
  expect(JSON.stringify(log.fields) + log.lines[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

it("a client cannot forge a line by its reason", async () => {
  const { port, log, heard } = await listeningApp(echo);

  (await rawOpen(port)).close(4000, "bye\nerror: all is lost\u001b[2J\u202e");

  await heard.once("connectionClosed");
  expect(log.lines).toHaveLength(1);
  expect(log.lines[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
