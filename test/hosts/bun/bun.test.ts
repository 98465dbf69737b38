/** The host of Bun: suites that run inside Bun, the door, and the chat as a program of its own. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { run } from "../../../scripts/child.mjs";
import * as bunDoor from "../../../src/index.bun.ts";
import * as nodeDoor from "../../../src/index.ts";
import { Inbox } from "../../support/inbox.ts";
import { bringBun } from "./bring-bun.ts";
import { BUN_LACKS, BUN_LACKS_SLOWLY } from "./lacks.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const INSIDE = "./test/hosts/bun/inside";
let bun: string;

beforeAll(async () => {
  bun = await bringBun();
}, 300_000);

describe("inside Bun", () => {
  test("its wire passes the suite of all wires, and its host what only it does", async () => {
    const cases = await runInside(`${INSIDE}/wire.ts`, `${INSIDE}/host.ts`, `${INSIDE}/rooms.ts`);

    expect(cases.length).toBeGreaterThan(30);
    expect(failing(cases)).toEqual([]);
  }, 60_000);

  test("a connection lives as on Node, but for what Bun cannot do", async () => {
    const cases = await runInside("./test/server/lifecycle");

    expect(cases.length).toBeGreaterThan(300);
    expect(failing(cases)).toEqual(Object.keys(BUN_LACKS).sort());
  }, 60_000);
});

describe("the door of Bun", () => {
  test("has the names of Node's, and another App", () => {
    expect(Object.keys(bunDoor).sort()).toEqual(Object.keys(nodeDoor).sort());
    expect(bunDoor.App.name).toBe("App");
    expect(bunDoor.App).not.toBe(nodeDoor.App);
    const { App: _own, ...others } = bunDoor;
    expect(nodeDoor).toMatchObject(others);
  });

  test("in another runtime says so when it is to listen", async () => {
    const app = new bunDoor.App({ logger: false });

    await expect(app.listen({ port: 0 })).rejects.toMatchObject({ name: "UsageError", code: "NOT_ON_BUN" });
  });
});

test.each([
  ["as it stands", []],
  // There Bun goes on when nothing is left to do.
  ["with `bun --watch`", ["--watch"]],
])(
  "the chat of the examples runs on Bun %s, and says goodbye when it is told to end",
  async (_how, flags) => {
    const chat = spawn(bun, [...flags, "--tsconfig-override=test/hosts/bun/tsconfig.json", "examples/chat/server.ts"], {
      cwd: ROOT,
      env: { ...process.env, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void chat.kill("SIGKILL"));
    const url = await said(chat.stdout, /open (http:\S+) in/);
    const [ada, bo] = [await enter(url, "Ada"), await enter(url, "Bo")];
    expect((await fetch(url)).headers.get("content-type")).toContain("text/html");

    bo.socket.send(JSON.stringify({ text: "hello" }));
    expect(await heard(ada, "message")).toMatchObject({ name: "Bo", text: "hello" });
    const ends = [ada, bo].map(({ socket }) => once(socket, "close"));
    const exit = once(chat, "exit");
    chat.kill("SIGTERM");

    for (const [code, reason] of await Promise.all(ends)) {
      expect(code).toBe(1001);
      expect(String(reason)).toMatch(/^retry-after=\d+$/);
    }
    expect(await exit).toEqual([0, null]);
  },
  30_000,
);

interface Case {
  readonly name: string;
  readonly failed: boolean;
}

/** Runs test files by Bun's own test runner, which reads those of Vitest. */
async function runInside(...files: readonly string[]): Promise<Case[]> {
  const folder = mkdtempSync(join(tmpdir(), "antiphon-bun-"));
  const report = join(folder, "report.xml");
  try {
    const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
    const { output } = await run(
      bun,
      ["test", "--preload", `${INSIDE}/preload.ts`, "-t", `^(?!.*${BUN_LACKS_SLOWLY})`, ...reporter, ...files],
      {
        cwd: ROOT,
        timeout: 50_000,
      },
    );
    if (!existsSync(report)) throw new Error(`it came to no end:\n${output.slice(-4000)}`);
    const cases = readFileSync(report, "utf8").split("<testcase ").slice(1).map(toCase);
    // It says what is wrong with a file that does not even load.
    if (/^error: .*|Unhandled error/m.test(output) && failing(cases).length === 0) throw new Error(output);
    return cases;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function toCase(text: string): Case {
  const name = /name="([^"]*)"/.exec(text)?.[1] ?? "";
  return { name: unescaped(name), failed: text.includes("<failure") };
}

function unescaped(text: string): string {
  const signs = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" } as const;
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: keyof typeof signs) => signs[name]);
}

function failing(cases: readonly Case[]): string[] {
  return cases
    .filter(({ failed }) => failed)
    .map(({ name }) => name)
    .sort();
}

async function said(output: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  for (let text = ""; ; ) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
    text += String((await once(output, "data"))[0]);
  }
}

async function enter(url: string, name: string) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/chat/lobby?name=${name}`);
  const came = new Inbox<Record<string, unknown>>();
  socket.on("message", (data) => came.push(JSON.parse(String(data))));
  const visitor = { socket, came };
  await heard(visitor, "welcome");
  return visitor;
}

async function heard({ came }: { came: Inbox<Record<string, unknown>> }, type: string) {
  for (;;) {
    const message = await came.next(`message of type ${type}`);
    if (message["type"] === type) return message;
  }
}
