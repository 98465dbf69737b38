/** Messages over TCP with somebody in the middle, cut after every byte: they arrive at most once, in order; losses are counted. */

import { beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../../src/client/index.ts";
import type { App } from "../../../src/index.ts";
import { expectAccount } from "../../support/fault-ledger.ts";
import type { ProxyFault, ProxyScript } from "../../support/fault-proxy.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { expectNoLeftovers, watchLeftovers } from "../../support/fault-watch.ts";
import { listeningApp } from "../../support/listening-app.ts";

beforeAll(watchLeftovers);

/** Echoes, and writes down what each connection brought. */
function recorder() {
  const runs = new Map<string, string[][]>();
  const ends: Promise<unknown>[] = [];
  const register = (app: App) => {
    app.ws("/:client", (socket) => {
      const run: string[] = [];
      const { client } = socket.params;
      runs.set(client, [...(runs.get(client) ?? []), run]);
      const reading = (async () => {
        for await (const text of socket.iterText()) {
          run.push(text);
          void socket.send(text).catch(() => {});
        }
      })();
      ends.push(reading);
      return reading;
    });
  };
  return { runs, ends, register };
}

/** A client that comes back at once, and talks; gives what it sent, and what it was told is lost at most. */
async function talk(proxy: FaultProxy, name: string) {
  const unconfirmed: number[] = [];
  const socket = await connect(`ws://127.0.0.1:${proxy.port}/${name}`, {
    reconnect: { minDelay: 1, maxDelay: 2 },
    heartbeat: { interval: 20, timeout: 100 },
    onDisconnect: (info) => unconfirmed.push(info.unconfirmed),
  });
  const opened = { ...proxy.connections[0]!.passed };
  socket.ignoreMessages();
  const sent: string[] = [];
  const send = (size: number) => {
    sent.push(`${sent.length} ${"x".repeat(size)}`);
    return socket.send(sent.at(-1)!);
  };
  for (const size of [0, 3, 130]) void send(size);
  await send(1);
  await socket.ping({ timeout: 50 }).catch(() => {});
  for (const size of [2, 0]) void send(size);
  await socket.ping({ timeout: 50 }).catch(() => {});
  void send(4);
  // Until there is a connection that has confirmed all.
  while (
    !(await socket.ping({ timeout: 500 }).then(
      () => socket.outbox.messages === 0,
      () => false,
    ))
  ) {
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  const { up, down } = proxy.connections[0]!.passed;
  await socket.close();
  return { sent, unconfirmed, opened, passed: { up, down } };
}

/** Where to cut: after each byte behind the handshake, until what a talk takes in all. */
async function places(target: number, way: "up" | "down"): Promise<number[]> {
  const { opened, passed } = await talk(await FaultProxy.to(target), nameOf(0));
  // Cut right behind the request, there is no answer: that is a handshake which fails.
  return Array.from({ length: passed[way] - opened[way] }, (_, k) => opened[way] + k + 1);
}

/** All names are of one length, and so are the requests. */
function nameOf(after: number): string {
  return `client-${1_000 + after}`;
}

/** So many at once. */
const BATCH = 40;

describe.each(["up", "down"] as const)("after each byte that goes %s", (way) => {
  test.each<ProxyFault["how"]>(["fin", "reset", "half", "stall"])("%s", { timeout: 30_000 }, async (how) => {
    const { runs, ends, register } = recorder();
    const { port } = await listeningApp(register);
    const cuts = await places(port, way);
    expect(cuts.length).toBeGreaterThan(100);
    const accounts = [];

    for (let from = 0; from < cuts.length; from += BATCH) {
      const batch = cuts.slice(from, from + BATCH).map(async (after) => {
        const script: ProxyScript = { [way]: { after, how } };
        const proxy = await FaultProxy.to(port, script);
        const { sent, unconfirmed } = await talk(proxy, nameOf(after));
        return { proxy, sent, unconfirmed, client: nameOf(after) };
      });
      accounts.push(...(await Promise.all(batch)));
      for (const { proxy } of accounts) await expectNoLeftovers(proxy);
      for (const { proxy } of accounts) proxy.close();
    }
    await Promise.all(ends);

    for (const { client, sent, unconfirmed } of accounts) {
      expectAccount({ sent, unconfirmed, received: runs.get(client)! });
    }
    expect(accounts.some(({ unconfirmed }) => unconfirmed.length > 1 && unconfirmed[0]! > 0)).toBe(true);
  });
});
