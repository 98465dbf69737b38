/** Whoever reads the output of a command slowly makes the server wait, and not the command grow. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { runCommandLine } from "../../src/cli/run.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import { deferred } from "../support/deferred.ts";
import { listeningApp } from "../support/listening-app.ts";

test.each([
  ["listen", []],
  ["connect", ["--wait", "10s"]],
  ["send", ["--wait", "3"]],
  ["replay", ["--timeout", "1s"]],
] as const)("%s prints no more than is read, and all of it in the end", async (command, flags) => {
  const said = deferred<void>();
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      for (const text of ["1", "2", "3"]) await socket.send(text);
      // Behind them, so that they have come when its answer has.
      await socket.ping();
      said.resolve();
      if (command === "listen" || command === "connect") await socket.close(1000);
    });
  });
  const pipe = new NarrowPipe();
  const terminal = new Terminal(
    { input: new PassThrough().end(), output: pipe, errors: new PassThrough() } as never,
    {},
  );

  const file = command === "replay" ? [recording()] : [];
  const running = runCommandLine([command, ...file, url, ...flags], terminal);
  await said.promise;
  const waiting = pipe.writableLength;
  pipe.read();

  expect(await running).toBe(0);
  expect(waiting).toBe("1\n".length);
  expect(pipe.text).toBe("1\n2\n3\n");
});

/** Takes one line, and no more until it is read. */
class NarrowPipe extends Writable {
  text = "";
  #isRead = false;
  #taken: () => void = () => {};

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Uint8Array, _encoding: string, taken: () => void): void {
    this.text += chunk;
    if (this.#isRead) taken();
    else this.#taken = taken;
  }

  read(): void {
    this.#isRead = true;
    this.#taken();
  }
}

/** Of a server that says three things by itself. */
function recording(): string {
  const folder = mkdtempSync(join(tmpdir(), "antiphon-slow-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "talk.jsonl");
  const lines = [
    { recording: "antiphon", version: 1, url: "ws://localhost/", protocol: "", start: "2026-01-01T00:00:00Z" },
    ...["1", "2", "3"].map((text) => ({ at: 0, from: "server", text })),
  ];
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}
