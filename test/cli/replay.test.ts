/** `antiphon replay`: a recorded conversation said again, at its pace, and its answers compared. */

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { parseRecording } from "../../src/cli/listen/recording.ts";
import { compare } from "../../src/cli/replay/compare.ts";
import type { App } from "../../src/index.ts";
import { cliInProcess } from "../support/cli-in-process.ts";
import { listeningApp } from "../support/listening-app.ts";
import { runCli } from "../support/run-cli.ts";

const HEAD = { recording: "antiphon", version: 1, url: "ws://localhost/", protocol: "", start: "2026-01-01T00:00:00Z" };

function echo(app: App): void {
  app.ws("/*", { message: (socket, message) => socket.send(message) });
}

/** A file with these lines. */
function recording(...lines: readonly (object | string)[]): string {
  const folder = mkdtempSync(join(tmpdir(), "antiphon-replay-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "talk.jsonl");
  writeFileSync(path, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return path;
}

/** What an echo makes of these texts, a step apart. */
function echoed(texts: readonly string[], step: number): object[] {
  return texts.flatMap((text, index) => [
    { at: index * step, from: "client", text },
    { at: index * step + 1, from: "server", text },
  ]);
}

test("what listen has recorded, replay says again and finds unchanged: text and bytes", async () => {
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      for await (const message of socket) {
        await socket.send(message);
        await socket.send(new Uint8Array([0, 255]));
      }
    });
  });
  const path = recording();
  await runCli(["listen", url, "--record", path, "--overwrite", "--send", "-", "--count", "4"], { input: "a\nbü\n" });

  const [printed, checked] = await Promise.all([
    runCli(["replay", path, url]),
    runCli(["replay", path, url, "--speed", "max", "--wait", "--check"]),
  ]);

  expect(printed.stdout).toBe("a\n00ff\nbü\n00ff\n");
  expect(printed.stderr).toContain("2 messages sent · 4 answers came, 4 in the recording");
  expect(checked).toMatchObject({ code: 0, stdout: "", stderr: "all as recorded: 4 of 4 answers are the same\n" });
});

test("on a terminal: differences in colour, with the line of the file", async () => {
  const { url } = await listeningApp(echo);
  const path = recording(
    HEAD,
    ...echoed(["a", "b"], 1),
    { at: 9, from: "client", text: "now" },
    { at: 9, from: "server", text: "then" },
  );

  const { stdout, code } = await runCli(["replay", path, url, "--speed", "max", "--check"], { pty: true });

  expect(stdout).toContain("answer 3 (line 7) differs");
  expect(stdout).toContain("\x1b[31m- then");
  expect(stdout).toContain("\x1b[32m+ now");
  expect(stdout).toContain("1 difference: 2 of 3 answers are the same");
  expect(code).toBe(1);
});

test("--speed: the times of the recording, faster or as fast as it goes", async () => {
  const times: number[][] = [];
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      const own: number[] = [];
      times.push(own);
      for await (const message of socket) {
        own.push(performance.now());
        await socket.send(message);
      }
    });
  });
  const path = recording(HEAD, ...echoed(["a", "b", "c"], 200));

  for (const speed of ["1", "2", "max"]) await cliInProcess(["replay", path, url, "--speed", speed]);

  const [plain, double, most] = times.map((own) => own[2]! - own[0]!);
  // Where the machine is busy, the first one may come late.
  expect(plain).toBeGreaterThan(300);
  expect(double).toBeGreaterThan(120);
  expect(double).toBeLessThan(plain!);
  expect(most).toBeLessThan(200);
});

test("answers that are missing or new are told as such; --json tells them to machines", async () => {
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      for await (const message of socket) if (message !== "b") await socket.send(message);
    });
  });
  const path = recording(HEAD, ...echoed(["a", "b", "c"], 1));
  const flags = ["--speed", "max", "--check", "--timeout", "300ms"];

  const [words, json] = await Promise.all([
    cliInProcess(["replay", path, url, ...flags]),
    cliInProcess(["replay", path, url, ...flags, "--json"]),
  ]);

  expect(words.stdout).toBe("answer 2 (line 5) did not come\n- b\n");
  expect(JSON.parse(json.stdout)).toMatchObject({
    same: 2,
    recorded: 3,
    came: 2,
    differences: [{ line: 5, recorded: { text: "b" }, now: null }],
  });
  expect([words.code, json.code]).toEqual([1, 1]);
});

test("--wait: an answer that does not come ends it, with the line that waited", async () => {
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      for await (const message of socket) if (message !== "b") await socket.send(message);
    });
  });
  const path = recording(HEAD, ...echoed(["a", "b", "c"], 1));

  const { stderr, code } = await cliInProcess(["replay", path, url, "--wait", "--timeout", "200ms"]);

  expect(stderr).toBe("antiphon: only 1 of the 2 answers recorded before line 6 came within 200 ms (--timeout)\n");
  expect(code).toBe(3);
});

test("a server that hangs up, then or now, is a difference", async () => {
  const { url } = await listeningApp((app) => {
    app.ws("/echo", { message: (socket, message) => socket.send(message) });
    app.ws("/rude", async (socket) => {
      await socket.accept();
      await socket.close(4001, "go away");
    });
  });
  const hungUp = recording(HEAD, ...echoed(["a"], 1), {
    at: 5,
    close: { code: 1011, reason: "", wasClean: true, by: "server" },
  });
  const flags = ["--check", "--timeout", "200ms"];

  const [stays, leaves, plain] = await Promise.all([
    cliInProcess(["replay", hungUp, `${url}/echo`, ...flags]),
    cliInProcess(["replay", hungUp, `${url}/rude`, ...flags]),
    cliInProcess(["replay", recording(HEAD, { at: 200, from: "client", text: "a" }), `${url}/rude`]),
  ]);

  expect(stays.stdout).toBe(
    "the end differs (line 4)\n- closed with 1011 (internal error)\n+ the server did not close\n",
  );
  expect(leaves.stdout).toContain('+ closed with 4001 (a code of the application\'s own): "go away"');
  expect(plain.stderr).toContain('"go away", when 0 of 1 messages were sent');
  expect([stays.code, leaves.code, plain.code]).toEqual([1, 1, 1]);
});

test("--check waits for an end that does not come no longer than --timeout, whatever else comes", async () => {
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      await socket.accept();
      while (socket.open) {
        await socket.send("tick");
        await sleep(5);
      }
    });
  });
  const hungUp = recording(HEAD, { at: 0, close: { code: 1000, reason: "", wasClean: true, by: "server" } });

  const { stdout, code } = await cliInProcess(["replay", hungUp, url, "--check", "--timeout", "100ms"]);

  expect(stdout).toContain("+ the server did not close");
  expect(code).toBe(1);
});

test.each([
  ["no recording", ["hello"], "line 1: it is no JSON"],
  ["something else", [{ a: 1 }], "line 1: it is no recording"],
  ["of the future", [{ ...HEAD, version: 2 }], "line 1: the recording has version 2"],
  ["damaged", [HEAD, { at: 1, from: "client", text: "a" }, '{"at":2,"fr', ""], "line 3: it is no JSON"],
  ["with a message of nobody", [HEAD, { at: 1, text: "a" }], "line 2: from has to be"],
  ["without content", [HEAD, { at: 1, from: "client" }], "line 2: it has neither text nor bytes"],
  ["with bytes that are none", [HEAD, { at: 1, from: "client", bytes: "%" }], "line 2: it has neither text nor bytes"],
  ["back in time", [HEAD, { at: 2, from: "client", text: "" }, { at: 1, from: "client", text: "" }], "line 3: at is 1"],
] as const)("a broken file is told with its line: %s", (_name, lines, words) => {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");

  expect(() => parseRecording(text, "talk.jsonl")).toThrow(`talk.jsonl, ${words}`);
});

test("half a line at the end, which a recorder left that was killed, is left out", async () => {
  const { url } = await listeningApp(echo);
  const path = recording(HEAD, { at: 1, from: "client", text: "a" }, { at: 2, from: "server", text: "a" });
  appendFileSync(path, '{"at":3,"fr');

  const { stdout, stderr, code } = await cliInProcess(["replay", path, url, "--wait"]);

  expect(stdout).toBe("a\n");
  expect(stderr).toContain("talk.jsonl, line 4: it was cut off in the writing, and is left out");
  expect(code).toBe(0);
});

test("a broken file is told before anything is sent", async () => {
  const path = recording(HEAD, { at: 1, from: "client", text: "a" }, "{");

  const [broken, missing] = await Promise.all([
    cliInProcess(["replay", path, "ws://127.0.0.1:1/"]),
    cliInProcess(["replay", "/no/such/file", "ws://127.0.0.1:1/"]),
  ]);

  expect(broken.stderr).toMatch(/^antiphon: .*talk\.jsonl, line 3: it is no JSON/);
  expect(missing.stderr).toBe("antiphon: /no/such/file cannot be read: there is no such file or folder\n");
  expect([broken.code, missing.code]).toEqual([1, 1]);
});

test("an answer in between does not make all after it differ", () => {
  expect(compare(["a", "b", "c"], ["a", "x", "b", "c"])).toEqual([{ recorded: undefined, now: 1 }]);
  expect(compare(["a", "b", "c"], ["a", "c"])).toEqual([{ recorded: 1, now: undefined }]);
  expect(compare(["a", "b", "c", "d"], ["x", "b", "c", "y"])).toEqual([
    { recorded: 0, now: 0 },
    { recorded: 3, now: 3 },
  ]);
  expect(compare(["61"], [new Uint8Array([0x61])])).toHaveLength(1);
  expect(compare([new Uint8Array([1])], [new Uint8Array([1])])).toEqual([]);
  const many = Array.from({ length: 3000 }, (_, index) => `${index}`);
  expect(compare(["x", ...many, "x"], ["y", ...many, "y"])).toHaveLength(2);
});
