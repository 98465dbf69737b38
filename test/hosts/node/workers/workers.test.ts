/** `listen({ workers })` with real processes: one port, rooms across them, crashes, signals, and that nobody is left. */

import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { App } from "../../../../src/index.ts";
import { CERT, KEY } from "../clients.ts";
import { EntryFile, Guest, isRunning, untilGone } from "./cluster-program.ts";

vi.setConfig({ testTimeout: 20_000 });

let entry: EntryFile;
beforeAll(async () => {
  entry = await EntryFile.build();
});
afterAll(() => entry[Symbol.asyncDispose]());

it("listens on one port in each worker, joins their rooms, replaces who crashes, and closes all", async () => {
  const program = entry.start();
  const { url, port, workers, ...rest } = await program.up();

  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(rest).toEqual({ ready: true, sockets: 0, broker: "connected" });
  expect([program.all("primary listening"), program.all("worker listening")]).toEqual([[url], []]);

  // In turn.
  const [ada, bob, cid, dan] = [
    await Guest.enter(url),
    await Guest.enter(url),
    await Guest.enter(url),
    await Guest.enter(url),
  ];
  const all = [ada, bob, cid, dan];
  expect([...new Set(all.map(({ pid }) => pid))].sort()).toEqual([...workers].sort());
  expect([ada.pid, bob.pid]).toEqual([cid.pid, dan.pid]);

  // Across processes, to each once and in order.
  const texts = Array.from({ length: 300 }, (_, index) => `text ${index}`);
  for (const text of texts) ada.socket.send(text);
  for (const guest of all) expect(await guest.hears(300)).toEqual(texts);
  program.signal("SIGUSR2");
  for (const guest of all) expect(await guest.next()).toBe("from the primary");
  const { who } = await ada.ask<{ who: number[] }>("who");
  expect(who.sort()).toEqual(all.map(({ pid }) => pid).sort());
  expect(await ada.ask("ready")).toEqual({ ready: true, sockets: 2 });

  // One crashes: its own connections are lost, who watched hears of it at once, and another takes its place.
  const guests = [await Guest.enter(url, "watched"), await Guest.enter(url, "watched")];
  const watched = guests.find(({ pid }) => pid === ada.pid)!;
  await program.says("joined", 2);
  const killed = performance.now();
  process.kill(ada.pid, "SIGKILL");
  expect(await Promise.all([ada.ended(), cid.ended(), watched.ended()])).toEqual([1006, 1006, 1006]);
  expect(await program.says("left")).toEqual([ada.pid]);
  // By its lease alone it would be found after 15 s.
  expect(performance.now() - killed).toBeLessThan(8_000);
  expect(await program.says("warning")).toEqual([`worker ${ada.pid} ended with SIGKILL, another starts now`]);
  const left = await bob.ask<{ who: number[] }>("who");
  expect(left.who).toEqual([bob.pid, bob.pid]);
  const newcomer = await firstElsewhere(url, bob.pid);
  newcomer.socket.send("hello from the new one");
  for (const guest of [newcomer, bob, dan]) expect(await guest.next()).toBe("hello from the new one");

  program.signal("SIGHUP");
  expect(await Promise.all([bob, dan, newcomer].map((guest) => guest.ended()))).toEqual([1001, 1001, 1001]);
  expect(await program.says("closed")).toEqual([[]]);
  expect([bob.pid, newcomer.pid].filter(isRunning)).toEqual([]);
  expect(program.all("worker drains").sort()).toEqual([bob.pid, newcomer.pid].sort());
  expect([program.all("warning").length, program.all("error")]).toEqual([1, []]);
});

it("takes a signal to one worker for a wish that this one ends, and one to all for the end of all", async () => {
  const program = entry.start({ options: { signals: { timeout: 3_000 } } });
  const { url, workers } = await program.up();
  const [ada, bob] = [await Guest.enter(url), await Guest.enter(url)];

  process.kill(ada.pid, "SIGTERM");
  expect(await ada.ended()).toBe(1001);
  const newcomer = await firstElsewhere(url, bob.pid);
  expect(workers).not.toContain(newcomer.pid);

  program.signalAll("SIGINT");
  expect(await Promise.all([bob.ended(), newcomer.ended()])).toEqual([1001, 1001]);
  expect(await program.ended()).toBe(0);
  await untilGone([...workers, newcomer.pid]);
  expect([program.all("warning"), program.all("error")]).toEqual([[], []]);
});

it("leaves no worker when the primary is killed, and none that hangs when it closes", async () => {
  const killed = entry.start();
  const hanging = entry.start({ options: { signals: { timeout: 100 } } });
  const [ups, guest] = await (async () => {
    const both = [await killed.up(), await hanging.up()] as const;
    return [both, await Guest.enter(both[1].url)] as const;
  })();

  guest.socket.send("block");
  killed.signal("SIGKILL");
  hanging.signal("SIGTERM");

  await untilGone([...ups[0].workers, ...ups[1].workers]);
  expect([await killed.ended(), await hanging.ended()]).toEqual(["SIGKILL", 0]);
});

it("rejects when a worker ends before it listens, with how, and leaves none", async () => {
  const program = entry.start({ exitBefore: 7 });

  const [failure] = await program.says<{ name: string; code: string; message: string }>("primary failed");

  expect(failure).toMatchObject({ name: "UsageError", code: "WORKER_FAILED" });
  expect(failure!.message).toMatch(/^worker \d+ ended with exit code 7 before it listened$/);
  expect(await program.ended()).toBe(1);
});

it("rejects when the port is in use, in all processes alike, so that all can go on as one", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as AddressInfo;

  const program = entry.start({ options: { port } });

  const inUse = { name: "UsageError", code: "PORT_IN_USE", message: expect.stringContaining(`port ${port} `) };
  expect(await program.says("primary failed")).toMatchObject([inUse]);
  // The entry file tries another port then.
  const { url, workers } = await program.up();
  expect(await program.says("worker failed", 2)).toMatchObject([inUse, inUse]);
  expect(workers).toContain((await Guest.enter(url)).pid);
});

it.each([0, -1, 1.5, Number.NaN, 5042, "2", "all", true, null])("refuses workers: %s", async (workers) => {
  const app = new App({ logger: false });

  await expect(app.listen({ port: 0, workers: workers as number })).rejects.toMatchObject({
    code: "BAD_OPTION",
    message: `workers is ${workers}, expected a whole number from 1 to 1024, or "auto"`,
  });
});

it("rejects in a thread, which has no entry file of its own", async () => {
  const source = `
    const { App } = await import(${JSON.stringify(entry.library)});
    await new App({ logger: false }).listen({ port: 0, workers: 1 }).catch(({ code }) => postMessage(code));
  `;
  const thread = new Worker(
    `import("node:worker_threads").then(async ({ parentPort }) => {
    const postMessage = (message) => parentPort.postMessage(message);
    ${source}
  })`,
    { eval: true },
  );
  onTestFinished(() => void thread.terminate());

  expect(await new Promise((resolve) => thread.once("message", resolve))).toBe("WORKERS_NOT_HERE");
});

it("listens on a unix socket, and with TLS", async () => {
  const folder = mkdtempSync(join(tmpdir(), "antiphon-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const programs = [
    entry.start({ options: { path: join(folder, "app.sock"), workers: 1 } as object }),
    entry.start({ options: { tls: { cert: CERT, key: KEY }, workers: 1 } }),
  ];
  const [unix, tls] = [await programs[0]!.up(), await programs[1]!.up()];

  expect(unix).toMatchObject({ url: `unix:${join(folder, "app.sock")}` });
  expect((await Guest.enter(`${unix.url}:`)).pid).toBe(unix.workers[0]);
  expect(tls.url).toMatch(/^https:/);
  expect((await Guest.enter(tls.url)).pid).toBe(tls.workers[0]);
});

/** A guest of another worker than this one; another may be starting. */
async function firstElsewhere(url: string, pid: number): Promise<Guest> {
  for (;;) {
    const guest = await Guest.enter(url);
    if (guest.pid !== pid) return guest;
    guest.socket.terminate();
  }
}
