/** `antiphon doctor` as its users run it: in a pipe, in a terminal, for programs; and its exit codes. */

import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { finding } from "../../src/cli/doctor/knowledge.ts";
import { toJson } from "../../src/cli/doctor/report-json.ts";
import type { Look } from "../../src/cli/doctor/report-text.ts";
import { closingLines, stepLines } from "../../src/cli/doctor/report-text.ts";
import { toReport } from "../../src/cli/doctor/step.ts";
import { behaves } from "../support/broken-servers.ts";
import { cliInProcess } from "../support/cli-in-process.ts";
import { answering, rawServer } from "../support/raw-server.ts";
import { runCli } from "../support/run-cli.ts";

const PLAIN: Look = { columns: 60, style: (_format, text) => text };

describe("the command", () => {
  test("in a pipe: a server that is well, on plain lines, with exit code 0", { timeout: 20_000 }, async () => {
    const { authority, port } = await rawServer(behaves);

    const { stdout, stderr, code } = await runCli(["doctor", `ws://${authority}/chat`, "--idle", "0.1"]);

    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout.split("\n")).toEqual([
      `✔ URL          ws://${authority}/chat`,
      "✔ DNS          127.0.0.1 is an address: nothing to look up",
      expect.stringMatching(`^✔ TCP          127.0.0.1:${port} answered in `),
      "✔ HTTP answer  101 Switching Protocols",
      "✔ Subprotocol  none asked for, none chosen",
      "✔ Compression  offered, and declined: messages go as they are",
      "✔ Stays open   open after 500 ms",
      expect.stringMatching(/^✔ Ping {9}round trip .* \(median of 5, .*\)$/),
      "– Echo         not asked for (--echo sends a message)",
      "✔ Idle         survived 100 ms of silence",
      expect.stringMatching(/^✔ Close {8}the server answered the Close frame after .*; TCP ended after .*$/),
      "",
      "Nothing is wrong between here and there.",
      "",
    ]);
  });

  test("in a terminal: crosses in red, the proxy's own lines, and exit code 1", { timeout: 20_000 }, async () => {
    const { authority } = await rawServer(({ socket }) => {
      socket.end(answering(200, ["Server: nginx/1.28.0", "Content-Length: 0"]));
    });

    const { stdout, code } = await runCli(["doctor", `ws://${authority}/chat`], { pty: true });

    expect(code).toBe(1);
    expect(stdout).toContain("\x1b[31m✖\x1b[39m HTTP answer  answered 200 Whatever, marks of nginx");
    expect(stdout).toContain("proxy_set_header Upgrade $http_upgrade;");
    expect(stdout).toMatch(/not reached {2}.*Subprotocol, Compression, Stays open, Ping, Echo, Idle, Close/);
    expect(stdout).toContain("docs/troubleshooting.md#http-200");
    expect(Math.max(...visibleLines(stdout).map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("for programs: one JSON object, and nothing beside it", { timeout: 20_000 }, async () => {
    const { authority } = await rawServer(({ socket }) => socket.end(answering(401, ["Content-Length: 0"])));

    const { stdout, stderr, code } = await runCli(["doctor", `ws://anna:secret@${authority}/`, "--json"]);

    const report = JSON.parse(stdout);
    expect({ stderr, code }).toEqual({ stderr: "", code: 1 });
    expect(report).toMatchObject({ url: `ws://anna:***@${authority}/`, ok: false, crosses: 1, warnings: 0 });
    expect(report.steps.find(({ id }: { id: string }) => id === "http")).toMatchObject({
      status: "failed",
      meaning: expect.stringContaining("Credentials are missing"),
      remedy: expect.stringContaining("--header"),
      details: { status: 401 },
      findings: [{ id: "http-401", status: "failed", seen: "answered 401 Whatever" }],
    });
    expect(report.steps.at(-1)).toMatchObject({ id: "close", status: "skipped", meaning: null });
    expect(stdout).not.toContain("secret");
  });

  test.each([
    [["doctor"], "missing required argument 'url'"],
    [["doctor", ":1", "--idle", "soon"], "120 (seconds)"],
    [["doctor", ":1", "--pings", "0"], "no whole number from 1"],
    [["doctor", ":1", "--http2"], "--http2"],
    [["doctor", ":1", "--subprotocol", "no token"], "no token"],
    [["doctor", ":1", "--ca", "/no/such/file"], "--ca"],
  ])("%j is a mistake in the arguments", async (args, words) => {
    const { stdout, stderr, code } = await cliInProcess(args);

    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stdout.split("\n").filter((line) => !line.startsWith("! URL") && line.startsWith("✖"))).toEqual([]);
  });

  test("has help with examples", async () => {
    const { stdout, code } = await cliInProcess(["doctor", "--help"]);

    expect(code).toBe(0);
    expect(stdout).toContain("antiphon doctor wss://example.com/chat --idle 120");
  });
});

describe("the report", () => {
  const seen = "answered 403 Forbidden: \x1b[2Jorigin not allowed";

  test("escapes what a server could steer a terminal with", () => {
    const report = toReport("http", { summary: seen, findings: [finding("http-403", seen)] }, 3);

    const lines = stepLines(report, PLAIN).join("\n");

    expect(lines).not.toContain("\x1b");
    expect(lines).toContain("\\u001b[2Jorigin not");
  });

  test("says what was seen once, and wraps", () => {
    const report = toReport("http", { summary: seen, findings: [finding("http-403", seen)] }, 3);

    const lines = stepLines(report, PLAIN);

    expect(lines.filter((line) => line.includes("403 Forbidden"))).toHaveLength(1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  test("ends with the sum, and where to read on", () => {
    const warned = toReport("url", { summary: "x", findings: [finding("url-fragment", "#a")] }, 1);
    const failed = toReport("tcp", { summary: "x", findings: [finding("tcp-refused", "a")] }, 1);

    expect(closingLines([warned, failed], PLAIN)).toEqual([
      "",
      "1 cross and 1 warning.",
      "  docs/troubleshooting.md#url-fragment",
      "  docs/troubleshooting.md#tcp-refused",
    ]);
    expect(toJson("x", [warned])).toMatchObject({ ok: true, crosses: 0, warnings: 1, steps: [{ status: "warning" }] });
  });
});

/** The lines of a terminal as they stand at the end: without colours, and without progress that was written over. */
function visibleLines(text: string): string[] {
  return stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.split("\r").at(-1)!);
}
