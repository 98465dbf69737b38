/** `antiphon connect`: a conversation in a terminal, lines in a pipe, the history, and what typed lines mean. */

import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import { Announcer } from "../../src/cli/connect/announcer.ts";
import { History, historyFile } from "../../src/cli/connect/history.ts";
import { completions, parseLine } from "../../src/cli/connect/slash-command.ts";
import type { App } from "../../src/index.ts";
import { cliInProcess, fakeTerminal } from "../support/cli-in-process.ts";
import { listeningApp } from "../support/listening-app.ts";
import { runCli, startCli } from "../support/run-cli.ts";

describe("in a terminal", () => {
  it("talks, shows JSON, bytes, pings, state and headers, closes and connects again", async () => {
    const { url } = await listeningApp(echoing);
    const state = folder();
    const cli = startCli(["connect", url, "--subprotocol", "chat"], { pty: true, env: { XDG_STATE_HOME: state } });
    await cli.says(/Connected to ws:.* in .*ms, subprotocol chat\./);
    await cli.says(/Ctrl-D leaves/);

    const asks = async (line: string, answer: RegExp) => {
      cli.type(`${line}\n`);
      await cli.says(answer);
    };
    await asks("hello", /<\S* hello {2}\S*[\d.]+ ms/);
    await asks('{"a":[1]}', /< *\S*\s\{ \S*"a"/);
    await asks("//slash", /<\S* \/slash/);
    await asks("/binary 00 ff", /2 bytes {2}00 ff/);
    await asks("/ping", /Pong after [\d.]+ ms\./);
    await asks("/state", /State +open for .*\n.*URL +ws:/);
    await asks("/headers", /sec-websocket-accept: /);
    await asks("/nonsense", /There is no command \/nonsense; .* \/\/nonsense sends it as text/);
    await asks("/close 4000 enough", /Closed with 4000 .*\/reconnect connects again/);
    await asks("lost", /Not connected: nothing was sent/);
    await asks("/reconnect", /Connecting …[\s\S]*Connected to/);
    await asks("again", /<\S* again/);
    cli.type("\x04");

    const { stdout, code } = await cli.exited;
    expect(stdout).toMatch(/Closed with 1000 \(normal\)\.\S*\n$/);
    expect(code).toBe(0);
    expect(readFileSync(join(state, "antiphon/history"), "utf8")).toMatch(/^hello\n[\s\S]*again\n$/);
  });

  it("remembers what was typed, keeps a half-typed line whole, and tells of a loss", async () => {
    const { app, url } = await listeningApp((app) => {
      app.ws("/", { message: (socket, text) => (text === "die" ? socket.terminate() : socket.send(text)) });
    });
    const state = folder();
    new History(historyFile({ XDG_STATE_HOME: state }), unexpected).add("from yesterday");
    const cli = startCli(["connect", url], { pty: true, env: { XDG_STATE_HOME: state } });
    await cli.says(/Ctrl-D leaves/);

    cli.type("\x1b[A"); // the arrow upwards
    await cli.says(/from yesterday/);
    for (const socket of app.sockets) void socket.sendText("pushed");
    // What was on the line is written anew below what came.
    await cli.says(/<\S* pushed\n[^<]*from yesterday/);
    cli.type("!\n");
    await cli.says(/<\S* from yesterday!/);
    cli.type("die\n");
    await cli.says(/Connection lost without a Close frame \(1006\)/);
    cli.type("\x03");

    expect((await cli.exited).code).toBe(0);
  });

  it("ends with 1 when it cannot connect, before there is a prompt", async () => {
    const { stderr, code } = await cliInProcess(["connect", "ws://127.0.0.1:1"], { isTerminal: true });

    expect(stderr).toMatch(/^antiphon: connection refused: .*\n$/);
    expect(code).toBe(1);
  });

  it("connects again by itself with --reconnect", async () => {
    const { app, url } = await listeningApp(echoing);
    const cli = startCli(["connect", url, "--reconnect", "--no-history"], { pty: true });
    await cli.says(/Ctrl-D leaves/);

    for (const socket of app.sockets) socket.terminate();
    await cli.says(/Connection lost .*\. Next attempt in [\d.]+ m?s\.[\s\S]*Connected again/);
    cli.type("here\n");
    await cli.says(/<\S* here/);
    cli.type("/quit\n");

    expect((await cli.exited).code).toBe(0);
  });
});

describe("in a pipe", () => {
  it("sends each line as it is, prints what comes, and ends after a silence", async () => {
    const { url } = await listeningApp(echoing);

    const { stdout, stderr, code } = await runCli(["connect", url, "--wait", "200ms"], { input: "one\n/ping\n{}" });

    expect([stdout, code]).toEqual(["one\n/ping\n{}\n", 0]);
    expect(stderr).toMatch(/^Connected to ws:.*\n$/);
  });

  it("ends when nobody reads its output, without a word", async () => {
    const { url } = await listeningApp(echoing);
    const cli = startCli(["connect", url]);
    await cli.says(/Connected/);

    cli.child.stdout.destroy();
    cli.type("one\ntwo\n");

    expect(await cli.exited).toMatchObject({ stderr: expect.not.stringContaining("EPIPE"), code: 0 });
  });

  it("closes and ends with 130 at a signal, though stdin stays open", async () => {
    const { url, heard } = await listeningApp(echoing);
    const cli = startCli(["connect", url]);
    await cli.says(/Connected/);

    cli.kill("SIGINT");

    expect((await cli.exited).code).toBe(130);
    expect((await heard.once("connectionClosed")).code).toBe(1000);
  });

  it.each([
    ["bye", 0, /The server has closed with 1000 \(normal\)/],
    ["bad", 1, /antiphon: closed with 1008 \(policy violation\): "bad"/],
  ])("ends when the server closes, though stdin goes on: %s with %i", async (word, code, sentence) => {
    const { url } = await listeningApp((app) => {
      app.ws("/", { message: (socket, text) => void socket.close(text === "bad" ? 1008 : 1000, String(text)) });
    });

    const result = await cliInProcess(["connect", url], { input: null, typed: `${word}\n` });

    expect(result.stderr).toMatch(sentence);
    expect(result.code).toBe(code);
  });

  it("talks with the package ws", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => server.close());
    server.on("connection", (socket) => {
      socket.send("welcome");
      socket.on("message", (data) => socket.send(data));
    });
    await once(server, "listening");

    const url = `:${(server.address() as AddressInfo).port}`;
    const { stdout, code } = await cliInProcess(["connect", url, "--wait", "100"], { input: "é\n" });

    expect([stdout, code]).toEqual(["welcome\nc3a9\n", 0]);
  });
});

describe("--raw", () => {
  it("shows messages as they came, but lets no server steer a terminal", () => {
    const [person, pipe] = [fakeTerminal({ isTerminal: true }), fakeTerminal()];

    for (const { terminal } of [person, pipe]) {
      const announcer = new Announcer(terminal, { raw: true, marks: false, write: (write) => write() });
      announcer.message('{"a":"\x1b[2J"}', undefined);
    }

    expect(person.said.stdout).toBe('{"a":"\\u001b[2J"}\n');
    expect(pipe.said.stdout).toBe('{"a":"\x1b[2J"}\n');
  });
});

describe("a typed line", () => {
  it.each([
    ["hello", { type: "send", message: "hello" }],
    [" /ping", { type: "send", message: " /ping" }],
    ["//ping", { type: "send", message: "/ping" }],
    ["", { type: "nothing" }],
    ["/ping", { type: "ping" }],
    ["/binary 0aFF", { type: "send", message: Uint8Array.of(10, 255) }],
    ["/binary", { type: "send", message: Uint8Array.of() }],
    ["/close", { type: "close", code: 1000, reason: "" }],
    ["/close 4001 two words", { type: "close", code: 4001, reason: "two words" }],
    ["/close bye", { type: "close", code: 1000, reason: "bye" }],
    ["/exit", { type: "quit" }],
  ])("%j is %j", (line, action) => {
    expect(parseLine(line)).toEqual(action);
  });

  it.each(["/close 1005", "/close 1006", "/close 999", "/close 5000", "/binary 0", "/binary xy", "/foo", "/"])(
    "%j is a mistake, told in a sentence",
    (line) => {
      expect(parseLine(line)).toMatchObject({ type: "mistake", sentence: expect.stringMatching(/\w+ .* \w+/) });
    },
  );

  it("is completed by Tab as long as it is the name of a command", () => {
    expect(completions("/re")).toEqual(["/reconnect"]);
    expect(completions("/")).toContain("/help");
    expect(completions("text")).toEqual([]);
    expect(completions("/close 1")).toEqual([]);
  });
});

describe("the history", () => {
  it("is for the user's eyes only, newest first, without repeats and secrets", () => {
    const file = join(folder(), "antiphon/history");
    const history = new History(file, unexpected);

    for (const line of ["one", "two", "two", " a secret", "", "x".repeat(20_000), "three"]) history.add(line);

    expect(new History(file, unexpected).load()).toEqual(["three", "two", "one"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, "..")).mode & 0o777).toBe(0o700);
  });

  it("is bounded", () => {
    const file = join(folder(), "history");
    writeFileSync(file, Array.from({ length: 5000 }, (_, number) => `line ${number}\n`).join(""));

    const lines = new History(file, unexpected).load();

    expect(lines.length).toBe(1000);
    expect(lines[0]).toBe("line 4999");
    expect(readFileSync(file, "utf8").split("\n").length).toBe(1001);
  });

  it("tells once if it cannot be kept, and goes on", () => {
    const blocked = join(folder(), "blocked");
    writeFileSync(blocked, "");
    chmodSync(blocked, 0o600);
    const problems: string[] = [];
    const history = new History(join(blocked, "history"), (problem) => problems.push(problem));

    history.load();
    history.add("one");
    history.add("two");

    expect(problems).toEqual([expect.stringMatching(/^the history .* is not kept: /)]);
  });

  it("lies where the XDG specification says", () => {
    expect(historyFile({ XDG_STATE_HOME: "/x" })).toBe("/x/antiphon/history");
    expect(historyFile({ XDG_STATE_HOME: "relative" })).toMatch(/\/\.local\/state\/antiphon\/history$/);
    expect(historyFile({})).toMatch(/\/\.local\/state\/antiphon\/history$/);
  });
});

function echoing(app: App): void {
  app.ws("/", {
    upgrade: (socket) => socket.accept({ subprotocol: socket.protocols[0] }),
    message: (socket, message) => socket.send(message),
  });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "antiphon-state-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function unexpected(problem: string): void {
  throw new Error(problem);
}
