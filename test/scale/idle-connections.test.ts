/** As many idle connections as a machine's limit on open files lets one process have: held, told something, and let go. */

import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Child } from "../../bench/support/child.ts";
import type { Holdings } from "./idle-server.ts";

const WANTED = 15_000;
/** Files that a process opens besides. */
const SPARE = 500;

const TEXT = "hello, everybody";
const FRAME = TEXT.length + 2;

test(`${WANTED} idle connections come, hear a broadcast and go, and leave nothing behind`, async ({ annotate }) => {
  const count = affordable();
  await using server = new Child(new URL("idle-server.ts", import.meta.url), { flags: ["--expose-gc"] });
  await using clients = new Child(new URL("idle-clients.ts", import.meta.url));
  const port = await server.ask<number>("listen");
  const fresh = await server.ask<Holdings>("holdings");
  const visit = async () => {
    await clients.ask("open", { port, count });
    expect(await server.ask("sockets")).toBe(count);
    await server.ask("broadcast", TEXT);
    await until(async () => (await clients.ask<Heard>("heard")).bytes >= count * FRAME, "the broadcast");
    expect(await clients.ask("heard")).toEqual({ bytes: count * FRAME, sockets: count });
    const during = await server.ask<Holdings>("holdings");
    await clients.ask("leave");
    await until(async () => (await server.ask("connections")) === 0, "the end of all connections");
    return { during, after: await server.ask<Holdings>("holdings") };
  };

  // The first visit makes what is made once: compiled code, tables that have grown.
  const { after: before } = await visit();
  const { during, after } = await visit();

  const each = (bytes: number) => `${Math.round(bytes / count)} bytes`;
  await annotate(
    `${count} idle connections: ${each(during.live - before.live)} each on V8's heap and in buffers, ` +
      `${each(during.rss - before.rss)} of RSS; afterwards ${after.live - before.live} and ${after.rss - before.rss} bytes more in all`,
  );
  expect(during.insides).toMatchObject({ sockets: count, rooms: 1, "items on the wheel": count });
  expect(during.timers.length, "one timer for all of them, and that of the guard").toBeLessThanOrEqual(2);
  expect(after.sockets).toBe(0);
  expect(after.insides).toEqual(Object.fromEntries(Object.keys(after.insides).map((name) => [name, 0])));
  expect(after.resources).toEqual(fresh.resources);
  expect(after.live - before.live, "bytes per connection that stayed").toBeLessThan(count * 50);
  expect(after.rss - before.rss, "resident bytes that stayed").toBeLessThan((during.rss - before.rss) / 2 + NOISE);

  await server.ask("close");
  const closed = await server.ask<Holdings>("holdings");
  expect({ TCPServerWrap: 1, ...closed.resources }).toEqual(fresh.resources);
  expect(closed.resources).not.toHaveProperty("TCPServerWrap");
  expect(closed.timers).toEqual([]);
});

interface Heard {
  readonly bytes: number;
  readonly sockets: number;
}

/** What V8 and the allocator keep for later, in bytes. */
const NOISE = 32 * 1024 * 1024;

/** Fewer where the system gives us fewer; not where everything has to be tested. */
function affordable(): number {
  const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  if (limit === "unlimited" || Number(limit) >= WANTED + SPARE) return WANTED;
  const sentence = `a process may open ${limit} files here, and ${WANTED} connections take ${WANTED + SPARE}: raise \`ulimit -n\``;
  if (process.env["CI"] === "true") throw new Error(sentence);
  console.warn(`${sentence}; the test makes do with ${Number(limit) - SPARE}`);
  return Number(limit) - SPARE;
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`no ${what} within 20 s`);
    await sleep(50);
  }
}
