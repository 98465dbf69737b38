/** Guards, end to end: whose `X-Forwarded-*` headers are believed, and what follows from them. */

import { describe, expect, it } from "vitest";
import type { App, AppOptions } from "../../../src/index.ts";
import { listeningApp } from "../../support/listening-app.ts";
import { rawAnswer, rawOpen } from "../../support/raw-tcp.ts";

function tellsAddress(app: App): void {
  app.ws("/ws", async (socket) => {
    await socket.sendText(`${socket.remoteAddress} ${socket.url.href}`);
    await socket.closed;
  });
}

async function told(options: AppOptions, extra: readonly string[]): Promise<unknown> {
  const { port } = await listeningApp(tellsAddress, options);
  return (await rawOpen(port, { host: "inside:8080", extra })).next();
}

describe("trustProxy", () => {
  it.each<[string, AppOptions["trustProxy"], string[], string]>([
    [
      "off: the header is the client's own invention",
      undefined,
      ["X-Forwarded-For: 203.0.113.7"],
      "127.0.0.1 ws://inside:8080/ws",
    ],
    [
      "loopback: the proxy on this machine",
      "loopback",
      ["X-Forwarded-For: 203.0.113.7"],
      "203.0.113.7 ws://inside:8080/ws",
    ],
    ["one hop: only the last entry", 1, ["X-Forwarded-For: 6.6.6.6, 203.0.113.7"], "203.0.113.7 ws://inside:8080/ws"],
    [
      "one hop, in two headers",
      1,
      ["X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 203.0.113.7"],
      "203.0.113.7 ws://inside:8080/ws",
    ],
    [
      "another network than the peer's",
      "10.0.0.0/8",
      ["X-Forwarded-For: 203.0.113.7"],
      "127.0.0.1 ws://inside:8080/ws",
    ],
    [
      "a chain of trusted ones",
      ["loopback", "10.0.0.0/8"],
      ["X-Forwarded-For: 203.0.113.7, 10.1.1.1"],
      "203.0.113.7 ws://inside:8080/ws",
    ],
    ["what is no address is not believed", "loopback", ["X-Forwarded-For: <script>"], "127.0.0.1 ws://inside:8080/ws"],
    [
      "scheme and host, too",
      "loopback",
      ["X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https", "X-Forwarded-Host: example.com"],
      "203.0.113.7 wss://example.com/ws",
    ],
  ])("%s", async (_what, trustProxy, extra, expected) => {
    expect(await told({ trustProxy }, extra)).toBe(expected);
  });

  it("is what the observer and the log tell of", async () => {
    const { port, heard, log } = await listeningApp(tellsAddress, { trustProxy: "loopback" });

    const client = await rawOpen(port, { extra: ["X-Forwarded-For: 203.0.113.7"] });
    client.close(1000);

    expect(await heard.once("connectionClosed")).toMatchObject({ remoteAddress: "203.0.113.7" });
    expect(log.lines).toEqual([expect.stringMatching(/^info: ws \/ws from 203\.0\.113\.7 · 1000 · /)]);
  });

  it("is what the origin is compared with: the page's host, not the proxy's", async () => {
    const extra = ["Origin: https://example.com", "X-Forwarded-Host: example.com"];
    const behind = await listeningApp(tellsAddress, { trustProxy: "loopback" });
    const bare = await listeningApp(tellsAddress);

    expect((await rawAnswer(behind.port, { host: "inside:8080", extra })).status).toBe(101);
    expect((await rawAnswer(bare.port, { host: "inside:8080", extra })).status).toBe(403);
  });

  it("is what hosts are compared with", async () => {
    const { port } = await listeningApp(tellsAddress, { trustProxy: "loopback", hosts: ["example.com"] });

    expect((await rawAnswer(port, { host: "inside", extra: ["X-Forwarded-Host: example.com"] })).status).toBe(101);
    expect((await rawAnswer(port, { host: "example.com", extra: ["X-Forwarded-Host: evil.example"] })).status).toBe(
      403,
    );
  });
});

describe("limits.connectionsPerAddress", () => {
  const limits = { connectionsPerAddress: 2 };
  const as = (address: string) => ({ extra: [`X-Forwarded-For: ${address}`] });

  it("counts the client behind the proxy: 429 for the third, and others come in", async () => {
    const { port } = await listeningApp(tellsAddress, { limits, trustProxy: "loopback" });
    await rawOpen(port, as("203.0.113.7"));
    await rawOpen(port, as("203.0.113.7"));

    expect((await rawAnswer(port, as("203.0.113.7"))).status).toBe(429);
    expect((await rawAnswer(port, as("203.0.113.8"))).status).toBe(101);
  });

  it("is not fooled by the header of a client that nobody trusts", async () => {
    const { port, heard } = await listeningApp(tellsAddress, { limits });
    await rawOpen(port, as("203.0.113.7"));
    await rawOpen(port, as("203.0.113.8"));

    expect((await rawAnswer(port, as("203.0.113.9"))).status).toBe(429);
    expect((await heard.once("connectionRejected")).reason).toBe(
      "limits.connectionsPerAddress (2) are open from 127.0.0.1",
    );
  });

  it("counts a network of IPv6 as one, since one client has all its addresses", async () => {
    const { port } = await listeningApp(tellsAddress, { limits, trustProxy: "loopback" });
    await rawOpen(port, as("2001:db8:1:2::1"));
    await rawOpen(port, as("2001:db8:1:2:ffff::9"));

    expect((await rawAnswer(port, as("2001:db8:1:2:3::3"))).status).toBe(429);
    expect((await rawAnswer(port, as("2001:db8:1:3::1"))).status).toBe(101);
  });
});
