/** Traps of the frameworks that we learn from: a server that SIGTERM could not end, since a handler did not. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { Inbox } from "../../support/inbox.ts";
import { rawOpen, rawTcp, rawUpgrade } from "../../support/raw-tcp.ts";
import { within } from "../../support/within.ts";
import { WsPeer } from "../../support/ws-peer.ts";

const PROGRAM = fileURLToPath(new URL("programs/stuck-server.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The program, in a process of its own. */
async function start(timeout: number, ...more: string[]) {
  const options = { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] as ["ignore", "pipe", "inherit"] };
  const child = spawn(
    process.execPath,
    ["--import", "./scripts/typescript.mjs", PROGRAM, String(timeout), ...more],
    options,
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = new Inbox<string>();
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const exited = new Promise<string>((resolve) =>
    child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`)),
  );
  const port = Number(await lines.next("port", 40_000));
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    lines,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    exited: () => within(exited, "end of the process", 8_000),
  };
}

describe("SIGTERM ends the process by the deadline, whatever handlers do (trap 1)", { timeout: 60_000 }, () => {
  it("with handlers that never end, in every style, and a middleware that never decides", async () => {
    const server = await start(500);
    for (const target of ["/waits", "/pushes", "/events"]) await rawOpen(server.port, target);
    rawUpgrade(server.port, "/undecided");
    rawTcp(server.port);
    const began = performance.now();

    server.kill("SIGTERM");

    expect(await server.exited()).toMatch(/^exit (0|143)$/);
    // 500 ms to drain, and the second of grace behind it.
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  it("with a hook of onDrain that never ends", async () => {
    const server = await start(300, "stuck-hook");
    await rawOpen(server.port, "/polite");
    const began = performance.now();

    server.kill("SIGTERM");

    expect(await server.exited()).toMatch(/^exit (0|143)$/);
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  it("at once, and with 0, when all say goodbye: the clients hear 1001 and when to come back", async () => {
    const server = await start(30_000);
    const clients = await Promise.all([WsPeer.open(`${server.url}/polite`), WsPeer.open(`${server.url}/polite`)]);
    const began = performance.now();

    server.kill("SIGTERM");

    for (const client of clients) {
      expect(await client.ended()).toEqual({ code: 1001, reason: expect.stringMatching(/^retry-after=\d+$/) });
    }
    expect(await server.lines.next("line")).toBe("terminated 0");
    expect(await server.exited()).toBe("exit 0");
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  it("SIGINT does the same", async () => {
    const server = await start(300);
    await rawOpen(server.port, "/waits");

    server.kill("SIGINT");

    expect(await server.exited()).toMatch(/^exit (0|130)$/);
  });

  it("a second signal ends it at once", async () => {
    const server = await start(60_000);
    const client = await rawOpen(server.port, "/waits");
    server.kill("SIGTERM");
    await client.next();
    const began = performance.now();

    server.kill("SIGTERM");

    expect(await server.exited()).toBe("exit 143");
    expect(performance.now() - began).toBeLessThan(6_000);
  });
});
