/** `antiphon listen`: what comes is printed, recorded as it comes, and told at the end. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { App } from "../../src/index.ts";
import { cliInProcess } from "../support/cli-in-process.ts";
import { listeningApp } from "../support/listening-app.ts";
import { rawServer, switching } from "../support/raw-server.ts";
import { runCli, startCli } from "../support/run-cli.ts";

function file(name: string): string {
  const path = mkdtempSync(join(tmpdir(), "antiphon-listen-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return join(path, name);
}

function echo(app: App): void {
  app.ws("/*", { message: (socket, message) => socket.send(message) });
}

/** Says three things and hangs up. */
function feed(code = 1000): (app: App) => void {
  return (app) => {
    app.ws("/", async (socket) => {
      await socket.send('{"n":1}');
      await socket.send(new Uint8Array([0xca, 0xfe]));
      await socket.send("");
      await socket.close(code, "that was all");
    });
  };
}

const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("in a pipe: a line for each message, and the end on stderr", async () => {
  const { url } = await listeningApp(feed());

  const { stdout, stderr, code } = await runCli(["listen", url]);

  expect(stdout).toBe('{"n":1}\ncafe\n\n');
  expect(stderr).toContain("3 messages, 9 bytes · ");
  expect(stderr).toContain('closed with 1000 (normal): "that was all"');
  expect(code).toBe(0);
});

test("on a terminal: times and colour, what is sent too, and Ctrl-C ends it with a summary", async () => {
  const { url } = await listeningApp(echo);
  const listen = startCli(["listen", url, "--send", '{"subscribe":"news"}'], { pty: true });
  await listen.says(/\d\d:\d\d:\d\d\.\d{3}\S* {2}\{ \S*"subscribe"/);

  listen.type("\x03");

  const { stdout, code } = await listen.exited;
  expect(stdout).toContain('→ { "subscribe": "news" }');
  expect(stdout).toMatch(/1 message, 20 bytes · 1 message sent · \d+\.\d s/);
  expect(code).toBe(0);
});

test("a recording holds both directions with times, bytes as they are, and the end", async () => {
  const { url } = await listeningApp(echo);
  const path = file("talk.jsonl");

  const { stdout } = await cliInProcess(
    ["listen", url, "--record", path, "--send", "hello", "--send", "-", "--count", "3"],
    {
      input: "one\ntwo\n",
    },
  );

  expect(stdout).toBe("hello\none\ntwo\n");
  const [head, ...lines] = linesOf(path);
  expect(head).toMatchObject({ recording: "antiphon", version: 1, url: `${url}/`, protocol: "" });
  expect(Number.isNaN(Date.parse(head.start))).toBe(false);
  const said = (from: string) => lines.filter((line) => line.from === from).map(({ text }) => text);
  expect(said("client")).toEqual(["hello", "one", "two"]);
  expect(said("server")).toEqual(["hello", "one", "two"]);
  expect(lines.at(-1)).toMatchObject({ close: { code: 1000, by: "client", wasClean: true } });
  const times = lines.map(({ at }) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("what was received is in the file at once: a kill loses nothing", async () => {
  const { url } = await listeningApp(echo);
  const path = file("talk.jsonl");
  const listen = startCli(["listen", url, "--record", path, "--send", "kept"]);
  await listen.says(/kept/);

  listen.kill("SIGKILL");
  await listen.exited;

  expect(linesOf(path).map(({ text }) => text)).toEqual([undefined, "kept", "kept"]);
});

test("--json and --record - print the recording itself", async () => {
  const { url } = await listeningApp(feed());

  const outputs = await Promise.all([
    cliInProcess(["listen", url, "--json"]),
    cliInProcess(["listen", url, "--record", "-"]),
  ]);

  for (const { stdout } of outputs) {
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { recording: "antiphon" },
      { from: "server", text: '{"n":1}' },
      { from: "server", bytes: "yv4=" },
      { from: "server", text: "" },
      { close: { code: 1000, reason: "that was all", by: "server" } },
    ]);
  }
});

test("a file that exists is not written over, unless it is said; and no file is left by who was refused", async () => {
  const { url } = await listeningApp(feed());
  const path = file("talk.jsonl");
  writeFileSync(path, "precious\n");
  const fresh = file("fresh.jsonl");

  const [kept, refused, still] = await Promise.all([
    cliInProcess(["listen", url, "--record", path]),
    cliInProcess(["listen", "ws://127.0.0.1:1/", "--record", fresh]),
    cliInProcess(["listen", "ws://127.0.0.1:1/", "--record", path, "--overwrite"]),
  ]);
  const before = readFileSync(path, "utf8");
  const written = await cliInProcess(["listen", url, "--record", path, "--overwrite"]);

  expect(kept.stderr).toContain("--overwrite");
  expect([kept.code, refused.code, still.code, written.code]).toEqual([2, 1, 1, 0]);
  expect(existsSync(fresh)).toBe(false);
  expect(before).toBe("precious\n");
  expect(linesOf(path)).toHaveLength(5);
});

test("a disk that is full ends it with a sentence", async () => {
  const { url } = await listeningApp(echo);

  const { stderr, code } = await cliInProcess(["listen", url, "--record", "/dev/full", "--send", "x"]);

  expect(stderr).toContain("antiphon: /dev/full cannot be written: the disk is full");
  expect(code).toBe(1);
});

test("a server that does not answer the closing handshake holds nobody up", async () => {
  const { authority } = await rawServer((request) => request.socket.write(switching(request)));
  const url = `ws://anna:secret@${authority}/`;
  const start = performance.now();

  const { stderr, code } = await cliInProcess(["listen", url, "--duration", "50ms", "--timeout", "300ms"]);

  expect(performance.now() - start).toBeLessThan(5000);
  expect(stderr).toContain(`listening to ws://anna:***@${authority}/`);
  expect(code).toBe(0);
});

test("the exit code says whether what was wanted has come", async () => {
  const [bad, quiet] = await Promise.all([listeningApp(feed(1011)), listeningApp(echo)]);

  const [error, late, early] = await Promise.all([
    cliInProcess(["listen", bad.url]),
    cliInProcess(["listen", quiet.url, "--count", "1", "--duration", "100ms"]),
    cliInProcess(["listen", bad.url, "--count", "9"]),
  ]);

  expect(error).toMatchObject({ code: 1, stderr: expect.stringContaining("antiphon: closed with 1011") });
  expect(late).toMatchObject({ code: 3, stderr: expect.stringContaining("only 0 of 1 messages came in time") });
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining("3 of 9 messages came") });
});

test("--reconnect comes back, says again what it was to say, and the recording shows the gap", async () => {
  let connections = 0;
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      const first = ++connections === 1;
      await socket.send(`got ${await socket.receiveText()}`);
      if (first) await socket.close(1012, "restart");
      else await socket.closed;
    });
  });
  const path = file("talk.jsonl");

  const { stdout, stderr, code } = await cliInProcess([
    "listen",
    url,
    "--reconnect",
    "--send",
    "subscribe",
    "--record",
    path,
    "--count",
    "2",
  ]);

  expect(stdout).toBe("got subscribe\ngot subscribe\n");
  expect(stderr).toContain("connected again");
  expect(code).toBe(0);
  const kinds = linesOf(path).map((line) => line.from ?? Object.keys(line).at(-1));
  expect(kinds).toEqual(["start", "client", "server", "close", "open", "client", "server", "close"]);
});
