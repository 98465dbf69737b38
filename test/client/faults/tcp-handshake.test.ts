/** The opening handshake over TCP with somebody in the middle: cut, reset, half-closed, stalled after every byte, split, delayed. */

import { beforeAll, describe, expect, test } from "vitest";
import type { ClientSocket, CloseInfo, ConnectOptions } from "../../../src/client/index.ts";
import { connect } from "../../../src/client/index.ts";
import type { ProxyFault } from "../../support/fault-proxy.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { expectNoLeftovers, nameOf, watchLeftovers } from "../../support/fault-watch.ts";
import { echo, listeningApp } from "../../support/listening-app.ts";

beforeAll(watchLeftovers);

/** How it ended: the error of `connect`, or the close code of a socket that was open. */
async function outcome(proxy: FaultProxy, options: ConnectOptions = { heartbeat: false }): Promise<string> {
  try {
    const socket = await connect(`ws://127.0.0.1:${proxy.port}/ws`, options);
    expect(socket.state).toBe("open");
    void socket.send("hello");
    const { code } = await Promise.race([socket.closed, echoed(socket)]);
    expect(socket.state).toBe("closed");
    return `open, then ${code}`;
  } catch (error) {
    return nameOf(error);
  }
}

/** Closes once the echo has come. */
async function echoed(socket: ClientSocket): Promise<CloseInfo> {
  await socket.receive().catch(() => {});
  return socket.close(1000);
}

interface Sweep {
  readonly way: "up" | "down";
  readonly how: ProxyFault["how"];
  readonly options?: ConnectOptions;
}

/** How it ended for a fault at each byte: every outcome there was. Many at a time. */
async function sweep(target: number, { way, how, options }: Sweep): Promise<string[]> {
  // A handshake that has gone through whole is no stalled one.
  const size = (await sizes(target))[way] - (how === "stall" ? 1 : 0);
  const results: string[] = [];
  const proxy = await FaultProxy.to(target);
  for (let from = 0; from <= size; from += BATCH) {
    const ks = Array.from({ length: Math.min(BATCH, size + 1 - from) }, (_, i) => from + i);
    for (const k of ks) proxy.scripts.push({ [way]: { after: k, how } });
    results.push(...(await Promise.all(ks.map(() => outcome(proxy, options)))));
  }
  await expectNoLeftovers(proxy);
  return [...new Set(results)].sort();
}

/** How many bytes the handshake has, each way. */
async function sizes(target: number): Promise<{ up: number; down: number }> {
  const proxy = await FaultProxy.to(target);
  await using _socket = await connect(`ws://127.0.0.1:${proxy.port}/ws`);
  return { ...proxy.connections[0]!.passed };
}

/** So many at once: a stall takes its time. */
const BATCH = 64;
const ENDED = "ConnectError CONNECTION_ENDED";
const RESET = "ConnectError CONNECTION_RESET";
const LATE = "TimeoutError CONNECT_TIMEOUT";

describe("after each byte of the request", () => {
  test.each<[ProxyFault["how"], string[]]>([
    ["fin", [ENDED]],
    ["reset", [RESET]],
    // The server hears the end of the request, and ends; behind the last byte it has opened the WebSocket, and ends that.
    ["half", [ENDED, "HandshakeError UPGRADE_REFUSED", "open, then 1006"]],
    ["delay", ["open, then 1000"]],
  ])("%s", async (how, expected) => {
    const { port } = await listeningApp(echo);

    expect(await sweep(port, { way: "up", how })).toEqual(expected.sort());
  });

  test("stall", async () => {
    const { port } = await listeningApp(echo);

    expect(await sweep(port, { way: "up", how: "stall", options: { timeout: 60 } })).toEqual([LATE]);
  });
});

describe("after each byte of the answer", () => {
  test.each<[ProxyFault["how"], string[]]>([
    ["fin", [ENDED, "open, then 1006"]],
    // Node takes a reset behind bytes that were not read yet for an end.
    ["reset", [ENDED, RESET, "open, then 1006"]],
    ["half", [ENDED, "open, then 1006"]],
    ["delay", ["open, then 1000"]],
  ])("%s", async (how, expected) => {
    const { port } = await listeningApp(echo);

    expect(await sweep(port, { way: "down", how })).toEqual(expected.sort());
  });

  test("stall", async () => {
    const { port } = await listeningApp(echo);

    expect(await sweep(port, { way: "down", how: "stall", options: { timeout: 60 } })).toEqual([LATE]);
  });
});

test.each(["up", "down"] as const)("behind the handshake, a stall is found out by the heartbeat: %s", async (way) => {
  const { port } = await listeningApp(echo);
  const after = (await sizes(port))[way];
  const proxy = await FaultProxy.to(port, { [way]: { after, how: "stall" } });

  expect(await outcome(proxy, { heartbeat: { interval: 20, timeout: 60 } })).toBe("open, then 1006");

  await expectNoLeftovers(proxy);
});

test("split into single bytes, both ways, it opens all the same", async () => {
  const { port } = await listeningApp(echo);
  const proxy = await FaultProxy.to(port, { isSplit: true });

  expect(await outcome(proxy)).toBe("open, then 1000");

  await expectNoLeftovers(proxy);
});
