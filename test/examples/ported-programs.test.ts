/** The clients, the blocking servers and the tests among the ported examples, run as their readers run them: as commands. */

import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { app as asyncServer } from "../../examples/ported/kn-sock/async-server.ts";
import { app as chatServer } from "../../examples/ported/kn-sock/chat-server.ts";
import { connect } from "../../src/client/index.ts";
import { runExample } from "../support/run-example.ts";
import { within } from "../support/within.ts";

describe("kn-sock's", () => {
  beforeAll(() => {
    vi.spyOn(console, "info").mockReturnValue(); // The log.
    vi.spyOn(console, "log").mockReturnValue();
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  it("echo server answers its clients, blocking and not, and an empty message", async () => {
    const { url } = await serving("echo-server");

    const blocking = await told("echo-client", url);
    const awaiting = await toldHere(url, () => import("../../examples/ported/kn-sock/echo-client-async.ts"));
    const socket = await connect(url);
    onTestFinished(() => socket.terminate());
    await socket.sendText("");

    expect(blocking).toBe("Echo: hello\n");
    expect(awaiting).toEqual([["Echo: ping"]]);
    expect(await socket.receiveText({ timeout: 5000 })).toBe("Echo: ");
  });

  it("server talks to its client, and says goodbye when it is interrupted", async () => {
    const { url, server } = await serving("server");
    const stays = await connect(url);
    onTestFinished(() => stays.terminate());

    const answers = await told("client", url);
    await server.says(/received: \{"type":"message".*\n(.*\n)*.* disconnected/);
    server.child.kill("SIGINT");

    expect(answers).toMatch(
      /^answer: Echo: Hello WebSocket!\nanswer: Echo: How are you\?\nanswer to JSON: Echo: \{"type":"message",.*\}\n$/,
    );
    expect(await within(stays.closed, "goodbye")).toMatchObject({ code: 1001, wasClean: true });
    if (server.child.exitCode === null) await within(once(server.child, "exit"), "end of the server");
    expect(server.child.exitCode).toBe(0);
  });

  it("async client talks to its server", async () => {
    const { url, close } = await asyncServer.listen({ port: 0, signals: false });
    onTestFinished(() => close());

    const answers = await toldHere(url, () => import("../../examples/ported/kn-sock/async-client.ts"));

    expect(answers).toEqual([
      ["answer:", "pong"],
      ["answer:", "Echo: Hello"],
      ["answer:", "Processed: async message"],
    ]);
  });

  it("chat client says what it is told, shows what others say, and leaves at quit", async () => {
    const { url, close } = await chatServer.listen({ port: 0, signals: false });
    onTestFinished(() => close());
    const bo = await connect(url);
    await bo.sendJson({ type: "join", room: "lobby", nickname: "Bo" });
    const heard = () => within(bo.receiveJson(), "message to Bo");

    const ada = runExample(`${FOLDER}/chat-client.ts`, ["Ada", "lobby", url]);
    expect(await heard()).toEqual({ type: "user_joined", nickname: "Ada" });
    await bo.sendJson({ type: "message", message: "hello Ada" });
    await ada.says(/^Bo: hello Ada$/m);
    ada.child.stdin.write("hello Bo\n");
    await ada.says(/^Ada: hello Bo$/m);
    ada.child.stdin.write("quit\n");

    expect([await heard(), await heard(), await heard()]).toEqual([
      { type: "message", nickname: "Bo", message: "hello Ada" },
      { type: "message", nickname: "Ada", message: "hello Bo" },
      { type: "user_left", nickname: "Ada" },
    ]);
    if (ada.child.exitCode === null) await within(once(ada.child, "exit"), "end of Ada");
    expect(ada.child.exitCode).toBe(0);
    await bo.close();
  });
});

it("Responder's tests pass", async () => {
  const tests = runExample("examples/ported/responder/echo.test.ts");

  expect(await within(once(tests.child, "close"), "end of the tests")).toEqual([0, null]);

  expect(tests.output()).toMatch(/^. pass 2$/m);
});

it("docs/porting.md leads to every ported example, and to nothing that is not there", async () => {
  const links = [...readFileSync("docs/porting.md", "utf8").matchAll(/\]\((\.\.\/[^)#]+)\)/g)].map(([, link]) => link!);
  const files = readdirSync("examples/ported", { recursive: true, encoding: "utf8" });

  const examples = files.filter((file) => /\.(ts|html)$/.test(file)).map((file) => `../examples/ported/${file}`);
  expect(examples.filter((file) => !links.includes(file))).toEqual([]);
  expect(links.filter((link) => !existsSync(`docs/${link}`))).toEqual([]);
});

const FOLDER = "examples/ported/kn-sock";

/** A blocking server that listens on any free port. */
async function serving(name: string) {
  const server = runExample(`${FOLDER}/${name}.ts`, [], { PORT: "0" });
  const [, port] = await within(server.says(/listening on .*:(\d+)/), `${name} that listens`);
  return { server, url: `ws://127.0.0.1:${port}` };
}

/** What a client prints until it ends, which it does by itself. */
async function told(name: string, url: string): Promise<string> {
  const client = runExample(`${FOLDER}/${name}.ts`, [url]);
  const [code] = await within(once(client.child, "close"), `end of ${name}`);
  expect(code).toBe(0);
  return client.output();
}

/** The same for one that needs no process of its own, since it awaits. */
async function toldHere(url: string, load: () => Promise<unknown>): Promise<unknown[][]> {
  const { argv } = process;
  const log = vi.spyOn(console, "log").mockClear();
  process.argv = [argv[0]!, "client.ts", url];
  await load().finally(() => {
    process.argv = argv;
  });
  return log.mock.calls.filter(([first]) => !`${first}`.startsWith("connected"));
}
