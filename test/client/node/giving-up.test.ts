/** Attempts that are given up: at every stage, everything is released, and the signal's reason is told. */

import dns from "node:dns";
import { once } from "node:events";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ConnectOptions } from "../../../src/client/connect-options.ts";
import { ChildProgram } from "../../hosts/node/child-program.ts";
import { testApp } from "../../support/app-server.ts";
import { credentials, Dialing, TRUST } from "../../support/dialing.ts";
import { eventually } from "../../support/eventually.ts";
import { answering, rawServer, switching, tcpServer } from "../../support/raw-server.ts";
import { turns } from "../../support/run.ts";
import { testProxy } from "../../support/test-proxy.ts";

const REASON = new Error("enough");

/** Gives up, and expects that of the dial. */
async function giveUp(dialing: Dialing): Promise<void> {
  dialing.abort(REASON);
  expect(await dialing.failure()).toBe(REASON);
}

describe("an attempt is given up", () => {
  test("before it begins", async () => {
    const dialing = new Dialing("ws://127.0.0.1:1/", { signal: AbortSignal.abort(REASON) });

    expect(await dialing.failure()).toBe(REASON);
    expect(dialing.sockets).toEqual([]);
  });

  test("while the name is looked up", async () => {
    const lookup = vi.spyOn(dns, "lookup").mockImplementation((() => {}) as never);
    onTestFinished(() => lookup.mockRestore());

    await giveUp(new Dialing("ws://one.test/"));

    expect(lookup).toHaveBeenCalled();
  });

  test("while TCP connects", async () => {
    const port = await tcpServer(() => {});
    const dialing = new Dialing(`ws://127.0.0.1:${port}/`);
    expect(dialing.sockets[0]!.connecting).toBe(true);

    await giveUp(dialing);
  });

  test.each([
    ["in the TLS handshake", "wss", {}],
    ["while the answer is awaited", "ws", {}],
    ["in the HTTP/2 handshake", "ws", { http2: true }],
  ])("%s", async (_name, scheme, options: ConnectOptions) => {
    const port = await tcpServer(() => {});
    const dialing = new Dialing(`${scheme}://127.0.0.1:${port}/`, { options });
    await once(dialing.sockets[0]!, "connect");
    await turns();

    await giveUp(dialing);
  });

  test("in the middle of the answer", async () => {
    const server = await rawServer((request) => void request.socket.write(switching(request).slice(0, -3)));
    const dialing = new Dialing(`ws://${server.authority}/`);
    await once(dialing.sockets[0]!, "data");

    await giveUp(dialing);
  });

  test("in the middle of the body of an answer", async () => {
    const server = await rawServer(({ socket }) => void socket.write(answering(500, ["Content-Length: 9"], "half")));
    const dialing = new Dialing(`ws://${server.authority}/`);
    await eventually(() => dialing.clock.timers).toBe(1);

    await giveUp(dialing);
  });

  test("while a proxy is awaited", async () => {
    const proxy = await tcpServer(() => {});
    const dialing = new Dialing("ws://one.test/", { options: { proxy: `http://127.0.0.1:${proxy}` } });
    await once(dialing.sockets[0]!, "connect");
    await turns();

    await giveUp(dialing);
  });

  test("behind a redirect", async () => {
    const server = await rawServer(({ socket, head }) => {
      if (head.startsWith("GET /first")) socket.write(answering(302, ["Location: /second"]));
    });
    const dialing = new Dialing(`ws://${server.authority}/first`, { options: { redirects: 1 } });
    await server.requests.next("first request");
    await server.requests.next("second request");

    await giveUp(dialing);
  });
});

describe.each([
  ["HTTP/1.1", {}],
  ["HTTP/2", { http2: true }],
])("in any turn of the event loop, over %s, TLS and a proxy", (_name, options) => {
  test("an attempt either opens or leaves nothing", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => socket.accept());
    const { port } = await app.listen({ port: 0, signals: false, tls: credentials("server") });
    const proxy = await testProxy();
    const through = { ...options, tls: TRUST, proxy: `http://127.0.0.1:${proxy.port}` };
    const outcomes = new Set<unknown>();

    for (let turn = 0; turn < 60 && !outcomes.has("open"); turn++) {
      const dialing = new Dialing(`wss://localhost:${port}/ws`, { options: through });
      await turns(turn);
      dialing.abort(REASON);
      outcomes.add(
        await dialing.promise.then(
          ({ wire }) => {
            wire.terminate();
            return "open";
          },
          (error) => error,
        ),
      );
      await eventually(() => dialing.sockets.filter(({ closed }) => !closed).length).toBe(0);
    }

    expect(outcomes).toEqual(new Set([REASON, "open"]));
  });
});

test("a process whose dials have failed or closed has nothing left to do", async () => {
  const program = new ChildProgram("../../../client/node/programs/failing-dials.ts");

  expect(await program.rest()).toEqual([
    "CONNECTION_REFUSED",
    "UNIX_SOCKET_MISSING",
    "TLS_NOT_SPOKEN",
    "HTTP2_NOT_SPOKEN",
    "UPGRADE_REFUSED",
    "given up",
    "given up",
    "given up",
    "closed",
  ]);
  expect(await program.ended()).toEqual({ code: 0, signal: null });
}, 30_000);
