/** The handshakes of TLS, HTTP/1.1 and HTTP/2 with somebody in the middle, who cuts, resets or stalls here and there. */

import { beforeAll, describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../../src/client/index.ts";
import { connect } from "../../../src/client/index.ts";
import { testApp } from "../../support/app-server.ts";
import { credentials, TRUST } from "../../support/dialing.ts";
import type { ProxyFault } from "../../support/fault-proxy.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { expectNoLeftovers, nameOf, watchLeftovers } from "../../support/fault-watch.ts";
import { echo } from "../../support/listening-app.ts";

beforeAll(watchLeftovers);

/** An echo over TLS, with HTTP/2 beside HTTP/1.1. */
async function secureEcho(): Promise<number> {
  // The server's own timers are soon over: those that are left are the client's.
  const { app } = testApp({ limits: { closeTimeout: 100 } });
  echo(app);
  const { port } = await app.listen({ port: 0, signals: false, tls: credentials("server"), http2: true });
  return port!;
}

/** How it ended, and how many bytes each way it took until it was open. */
async function attempt(proxy: FaultProxy, options: ConnectOptions): Promise<string> {
  try {
    const socket = await connect(`wss://localhost:${proxy.port}/ws`, { tls: TRUST, heartbeat: false, ...options });
    const closing = socket.receiveText().then(
      () => socket.close(1000),
      () => socket.closed,
    );
    void socket.send("hello");
    return `open, then ${(await closing).code}`;
  } catch (error) {
    return nameOf(error);
  }
}

describe.each([false, true])("http2: %s", (http2) => {
  test.each<[ProxyFault["how"], RegExp]>([
    ["fin", /^(ConnectError (CONNECTION_(ENDED|RESET)|HTTP2_STREAM_RESET)|open, then 1006)$/],
    ["reset", /^(ConnectError (CONNECTION_(ENDED|RESET)|HTTP2_STREAM_RESET)|open, then 1006)$/],
    ["half", /^(ConnectError (CONNECTION_(ENDED|RESET)|TLS_FAILED|HTTP2_STREAM_RESET)|open, then (1006|1000))$/],
    ["delay", /^open, then 1000$/],
    ["stall", /^(TimeoutError CONNECT_TIMEOUT)$/],
  ])("%s", async (how, expected) => {
    const port = await secureEcho();
    const sound = await FaultProxy.to(port);
    await using socket = await connect(`wss://localhost:${sound.port}/ws`, { tls: TRUST, http2 });
    const sizes = { ...sound.connections[0]!.passed };
    socket.terminate();
    const results: [string, string][] = [];

    for (const way of ["up", "down"] as const) {
      const proxy = await FaultProxy.to(port);
      const last = how === "stall" ? sizes[way] * 0.9 : sizes[way];
      const cuts = Array.from({ length: PLACES }, (_, i) => Math.floor((last * i) / (PLACES - 1)));
      for (const after of cuts) proxy.scripts.push({ [way]: { after, how } });
      const timeout = how === "stall" ? 150 : 4_000;
      const outcomes = await Promise.all(cuts.map(() => attempt(proxy, { http2, timeout })));
      results.push(...outcomes.map((result, i): [string, string] => [`${way} ${cuts[i]}`, result]));
      await expectNoLeftovers(proxy);
    }

    expect(results.filter(([, result]) => !expected.test(result))).toEqual([]);
  });
});

/** How many cuts each way. */
const PLACES = 24;
