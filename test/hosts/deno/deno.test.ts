/** The host of Deno: suites that run inside Deno, the door, and the chat as a program of its own. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { run } from "../../../scripts/child.mjs";
import { inRoot, ROOT } from "../../../scripts/root.mjs";
import * as denoDoor from "../../../src/index.deno.ts";
import * as nodeDoor from "../../../src/index.ts";
import { bringDeno } from "./bring-deno.ts";
import type { Door } from "./door.ts";
import { DOOR } from "./door.ts";
import { SERVE_LACKS } from "./lacks.ts";

let deno: string;

beforeAll(async () => {
  deno = await bringDeno();
}, 300_000);

describe("inside Deno, the suite of all wires and the lifecycle table", () => {
  test("pass by `listen`, all of them", async () => {
    const tests = await runInside("listen");

    expect(namesOf(tests, "failed")).toEqual([]);
    expect(namesOf(tests, "skipped")).toEqual([]);
    expect(namesOf(tests, "passed").length).toBeGreaterThan(300);
  }, 60_000);

  test("pass by `Deno.serve(app.fetch)`, but for what Deno's own WebSockets cannot do", async ({ expect }) => {
    const tests = await runInside("serve");
    const skipped = namesOf(tests, "skipped");

    expect(namesOf(tests, "failed")).toEqual([]);
    expect(namesOf(tests, "passed").length).toBeGreaterThan(270);
    // Each line of the list is for some test, and no test is left out without one.
    const lacks = SERVE_LACKS.flatMap(({ tests }) => tests);
    expect(lacks.filter((lack) => !skipped.some((name) => name.includes(lack)))).toEqual([]);
    expect(skipped.filter((name) => !lacks.some((lack) => name.includes(lack)))).toEqual([]);
  }, 60_000);
});

describe("the door of Deno", () => {
  test("has the names of Node's, and another App", () => {
    expect(Object.keys(denoDoor).sort()).toEqual(Object.keys(nodeDoor).sort());
    const { App: _own, ...others } = denoDoor;
    expect(nodeDoor).toMatchObject(others);
    expect(denoDoor.App).not.toBe(nodeDoor.App);
  });

  test("listens in other runtimes, too, and says so where Deno itself is needed", async () => {
    const app = new denoDoor.App({ logger: false });
    onTestFinished(() => app.close({ timeout: 0 }));

    expect((await app.listen({ port: 0, signals: false })).port).toBeGreaterThan(0);
    expect((await app.fetch(new Request("http://localhost/nothing"))).status).toBe(404);
    const upgrade = new Request("http://localhost/ws", { headers: { Upgrade: "websocket", Connection: "Upgrade" } });
    expect(() => app.fetch(upgrade)).toThrow(expect.objectContaining({ code: "NOT_ON_DENO" }));
  });
});

test("the chat of the examples runs on Deno with three permissions, and says goodbye when it is told to end", async () => {
  const permissions = ["--no-prompt", "--allow-net", "--allow-read", "--allow-env"];
  const chat = spawn(
    deno,
    ["run", "--import-map=test/hosts/deno/import-map.json", ...permissions, "examples/chat/server.ts"],
    {
      cwd: ROOT,
      env: { ...process.env, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void chat.kill("SIGKILL"));
  const url = await said(chat.stdout, /open (http:\S+) in/);
  const [ada, bo] = [await enter(url, "Ada"), await enter(url, "Bo")];
  expect((await fetch(url)).headers.get("content-type")).toContain("text/html");

  bo.send(JSON.stringify({ text: "hello" }));
  expect(await heard(ada, "message")).toMatchObject({ name: "Bo", text: "hello" });
  const ends = [ada, bo].map((socket) => once(socket, "close"));
  chat.kill("SIGTERM");

  for (const [code, reason] of await Promise.all(ends)) {
    expect(code).toBe(1001);
    expect(String(reason)).toMatch(/^retry-after=\d+$/);
  }
  expect(await once(chat, "exit")).toEqual([0, null]);
}, 30_000);

interface TestResult {
  readonly status: "passed" | "failed" | "pending" | "skipped" | "todo";
  readonly fullName: string;
  readonly failureMessages: readonly string[];
}

/** Vitest itself, run by Deno. */
async function runInside(door: Door): Promise<TestResult[]> {
  const folder = mkdtempSync(join(tmpdir(), "antiphon-deno-"));
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=json", `--outputFile=${report}`, "--reporter=verbose"];
    const config = ["--config", "test/hosts/deno/vitest.config.ts", ...reporters];
    const vitest = inRoot("node_modules", "vitest", "vitest.mjs");
    const { output } = await run(deno, ["run", "--allow-all", vitest, "run", ...config], {
      cwd: ROOT,
      env: { ...process.env, [DOOR]: door },
      timeout: 55_000,
    });
    if (!existsSync(report)) throw new Error(`it came to no end:\n${output.slice(-4000)}`);
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
      testResults: { status: string; message: string; assertionResults: TestResult[] }[];
    };
    // A file that does not even load has no test that failed.
    const broken = testResults.filter(
      ({ status, assertionResults }) => status === "failed" && !assertionResults.length,
    );
    if (broken.length > 0) throw new Error(broken.map(({ message }) => message).join("\n") + output);
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function namesOf(tests: readonly TestResult[], status: TestResult["status"]): string[] {
  const like = status === "skipped" ? ["skipped", "pending", "todo"] : [status];
  return tests.filter((one) => like.includes(one.status)).map(({ fullName }) => fullName);
}

/** What the program has printed and `pattern` finds; rejects if it ends before. */
async function said(output: Readable, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`the program has ended, after ${text}`);
}

async function enter(url: string, name: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/chat/lobby?name=${name}`);
  await heard(socket, "welcome");
  return socket;
}

async function heard(socket: WebSocket, type: string): Promise<Record<string, unknown>> {
  for (;;) {
    const [data] = await once(socket, "message");
    const message = JSON.parse(String(data));
    if (message.type === type) return message;
  }
}
