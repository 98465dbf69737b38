/** The command as a whole: help, mistakes, exit codes, and the values that its options take. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import {
  toByteSize,
  toConnectOptions,
  toCount,
  toCountFromOne,
  toMilliseconds,
  toPort,
  toWebSocketUrl,
} from "../../src/cli/connection-flags.ts";
import { CliError } from "../../src/cli/exit-code.ts";
import { makeProgram } from "../../src/cli/program.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import { cliInProcess, fakeTerminal } from "../support/cli-in-process.ts";
import { runCli } from "../support/run-cli.ts";

const COMMANDS = makeProgram(fakeTerminal().terminal).commands.map((command) => command.name());

describe("the help", () => {
  it("lists every command and the exit codes on stdout", async () => {
    const { stdout, stderr, code } = await cliInProcess(["--help"]);

    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(stdout).toContain("Exit codes:");
    expect([stderr, code]).toEqual(["", 0]);
  });

  it.each(COMMANDS)("of %s has examples that begin with its own name or a pipe into it", async (name) => {
    const { stdout, code } = await cliInProcess([name, "--help"]);

    expect(stdout).toMatch(new RegExp(`Examples:\\n(.*\\n)* .*antiphon ${name}`));
    expect(code).toBe(0);
  });

  it("is in colour in a terminal only, and nowhere with NO_COLOR", async () => {
    expect((await cliInProcess(["--help"], { isTerminal: true })).stdout).toContain("\x1b[1m");
    expect((await cliInProcess(["--help"])).stdout).not.toContain("\x1b");
    expect((await cliInProcess(["--help"], { isTerminal: true, env: { NO_COLOR: "1" } })).stdout).not.toContain("\x1b");
  });
});

describe("a mistake", () => {
  it.each([
    [["ecoh"], "antiphon: unknown command 'ecoh'\n(Did you mean echo?)"],
    [["send", ":1", "--waitt", "1"], "antiphon: unknown option '--waitt'\n(Did you mean --wait?)"],
    [["send"], "antiphon: missing required argument 'url'"],
    [["send", "ftp://a", "b"], "antiphon: <url> cannot be 'ftp://a'. ftp: opens no WebSocket"],
    [["echo", "--port", "80x"], "argument '80x' is invalid. A port is a whole number from 0 to 65535."],
    [["send", ":1", "x", "--header", "nocolon"], "Write it as"],
    [["send", ":1", "x", "--ca", "/no/such.pem"], "antiphon: --ca: /no/such.pem cannot be read: there is no such file"],
    [["send", ":1", "x", "--timeout", "0"], "antiphon: --timeout is 0, expected a number above 0"],
    [["send", ":1", "x", "--cert", "a.pem"], "antiphon: --cert and --key belong together"],
  ])("in %j is told on stderr and ends with 2", async (args, sentence) => {
    const { stdout, stderr, code } = await cliInProcess(args);

    expect(stderr.toLowerCase()).toContain(sentence.toLowerCase());
    expect([stdout, code]).toEqual(["", 2]);
  });

  it("is told as the process ends: with 2 in a pipe and in a terminal", async () => {
    const [pipe, terminal] = await Promise.all([runCli(["nope"]), runCli(["nope"], { pty: true })]);

    expect(pipe).toMatchObject({ stdout: "", code: 2 });
    expect(pipe.stderr).toContain("unknown command 'nope'");
    expect(terminal.stdout).toContain("unknown command 'nope'");
    expect(terminal.code).toBe(2);
  });

  it.each([
    [["send", ":1", "--waitt", "1", "--json"]],
    [["send", "ftp://a", "--json"]],
    [["bench", ":1", "--ramp", "9h", "--json"]],
  ])("in %j is told as JSON", async (args) => {
    const { stdout, stderr, code } = await cliInProcess(args);

    expect(JSON.parse(stderr)).toEqual({ error: expect.stringMatching(/--wait|ftp:|--ramp/), exitCode: 2 });
    expect([stdout, code]).toEqual(["", 2]);
  });

  it("prints the version of the package", async () => {
    expect((await cliInProcess(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a value", () => {
  it.each([
    ["localhost:8765", "ws://localhost:8765/"],
    [":8765", "ws://localhost:8765/"],
    [":8765/chat?x=1", "ws://localhost:8765/chat?x=1"],
    ["example.com/ws", "ws://example.com/ws"],
    ["[::1]:80/a", "ws://[::1]/a"],
    ["http://a.b/c", "ws://a.b/c"],
    ["https://a.b", "wss://a.b/"],
    ["WSS://A.b/#part", "wss://a.b/"],
    ["ws+unix:/run/x.sock:/chat", "ws+unix:/run/x.sock:/chat"],
  ])("%s is the URL %s", (text, url) => {
    expect(toWebSocketUrl(text).href).toBe(url);
  });

  it.each(["", "ws://", "ws:///chat", "a b", "localhost:99999", "localhost:0", "ftp://a", "mailto:x", "file:///x"])(
    "%j is no URL",
    (text) => {
      expect(() => toWebSocketUrl(text)).toThrow(InvalidArgumentError);
    },
  );

  it.each([
    ["500", 500],
    ["500ms", 500],
    ["10s", 10_000],
    ["1.5s", 1500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["0", 0],
  ])("%s is a time", (text, milliseconds) => {
    expect(toMilliseconds(text)).toBe(milliseconds);
  });

  it.each([
    ["64", 64],
    ["4k", 4096],
    ["4KiB", 4096],
    ["1.5MB", 1_572_864],
    ["12B", 12],
  ])("%s is a size", (text, bytes) => {
    expect(toByteSize(text)).toBe(bytes);
  });

  it.each([
    [toMilliseconds, ["", "x", "-1", "10d", "999h", "1e3", "1 2"]],
    [toByteSize, ["", "x", "-1", "0.3", "1G2", "1e3"]],
    [toCount, ["", "-1", "1.5", "x", "99999999999999999999"]],
    [toCountFromOne, ["", "0", "-1"]],
    [toPort, ["", "-1", "65536", "0x50", "8e3"]],
  ])("%o refuses what is none", (reader, texts) => {
    for (const text of texts) expect(() => reader(text), text).toThrow(InvalidArgumentError);
  });

  it("is what connect gets: headers with the origin, TLS, time", () => {
    const options = toConnectOptions({
      header: [["A", "1"]],
      subprotocol: ["chat"],
      origin: "https://a.b",
      insecure: true,
      timeout: 5,
    });

    expect(options).toMatchObject({ subprotocols: ["chat"], timeout: 5, tls: { rejectUnauthorized: false } });
    expect(options.headers).toEqual([
      ["A", "1"],
      ["Origin", "https://a.b"],
    ]);
  });
});

describe("the terminal", () => {
  it("that cannot be written to ends the command with a sentence", async () => {
    const command = "exec node --import ./scripts/typescript.mjs src/cli/main.ts --version > /dev/full";
    const failed = promisify(execFile)("sh", ["-c", command]);

    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: "antiphon: stdout cannot be written: the disk is full\n",
    });
  });

  it("is not steered by the JSON that comes: what JSON leaves as it is becomes its escapes", () => {
    const [person, pipe] = [fakeTerminal({ isTerminal: true }), fakeTerminal()];

    for (const { terminal } of [person, pipe]) terminal.printJson('"\u009b2J é"');

    expect(person.said.stdout).toBe('"\\u009b2J é"\n');
    expect(pipe.said.stdout).toBe('"\u009b2J é"\n');
  });

  it("keeps the line of progress below what is said, cuts it to the width, and wipes it", () => {
    const { terminal, said } = fakeTerminal({ isTerminal: true });

    terminal.progress("x".repeat(200));
    terminal.note("said");
    terminal.progress(undefined);

    const bar = "x".repeat(99);
    expect(said.stderr).toBe(`\r\x1b[K${bar}\r\x1b[Ksaid\n\r\x1b[K${bar}\r\x1b[K`);
  });

  it("shows no progress in a pipe", () => {
    const { terminal, said } = fakeTerminal();

    terminal.progress("half");
    terminal.note("said");

    expect(said.stderr).toBe("said\n");
  });

  it("aborts at the first Ctrl-C with an error of exit code 130, and hears no more afterwards", () => {
    const before = process.listenerCount("SIGINT");
    {
      using interruption = fakeTerminal().terminal.interrupted();
      process.emit("SIGINT");
      expect(interruption.signal.reason).toBeInstanceOf(CliError);
      expect(interruption.signal.reason).toMatchObject({ exitCode: 130 });
    }
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  it("takes the colours that the environment asks for", () => {
    const streams = fakeTerminal();
    expect(new Terminal(streams as never, { FORCE_COLOR: "1" }).style("red", "x")).toBe("\x1b[31mx\x1b[39m");
    expect(new Terminal(streams as never, { FORCE_COLOR: "0" }).style("red", "x")).toBe("x");
    expect(fakeTerminal({ isTerminal: true, env: { TERM: "dumb" } }).terminal.hasColour).toBe(false);
  });
});
