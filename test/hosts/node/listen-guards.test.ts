/** What `listen` does about clients that send no request, half of one, or too much: they block nobody. */

import { connect as connectHttp2 } from "node:http2";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { listen } from "../../../src/hosts/node/listen.ts";
import type { ListenOptions } from "../../../src/hosts/node/listen-options.ts";
import type { HostLimits } from "../../../src/server/host.ts";
import { within } from "../../support/within.ts";
import {
  CERT,
  http2,
  http2Request,
  http2Upgrade,
  KEY,
  type RawClient,
  tcp,
  tls,
  upgradeHead,
  WsClient,
} from "./clients.ts";
import { FakeApp } from "./fake-app.ts";

const TLS = { cert: CERT, key: KEY };
const WELCOME = Buffer.from("8107" + "77656c636f6d65", "hex").toString("latin1"); // text "welcome"

async function start(limits: Partial<HostLimits>, options: ListenOptions = {}) {
  const app = new FakeApp({ limits });
  const listening = await listen(app, { port: 0, ...options });
  onTestFinished(() => listening.close());
  return { app, url: listening.url, port: listening.port! };
}

/** Sends a byte of a head now and then, for as long as the other side takes it. */
function dribble(client: RawClient): void {
  const head = upgradeHead("/", [`X-Long: ${"a".repeat(10_000)}`]);
  let at = 0;
  const timer = setInterval(() => client.write(head[at++]!), 20);
  client.socket.on("close", () => clearInterval(timer));
}

describe.each([
  ["HTTP", {}],
  ["HTTPS", { tls: TLS, http2: false }],
  ["HTTP/2", { tls: TLS }],
])("over %s", (_name, options: ListenOptions) => {
  it.each([
    ["sends nothing", (_client: RawClient) => {}],
    ["sends a byte now and then", dribble],
  ])("a client that %s is gone after the handshake timeout", async (_what, act) => {
    const { port } = await start({ handshakeTimeout: 300 }, options);
    const client = options.tls ? tls(port) : tcp(port);
    const began = performance.now();

    act(client);
    const answer = await client.ended("end of the silent client", 2_000);

    expect(performance.now() - began).toBeGreaterThan(250);
    expect(answer).toMatch(options.tls ? /^$/ : /^HTTP\/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n$/);
  });

  it("a client that sends its request in time is left alone afterwards", async () => {
    const { url, port } = await start({ handshakeTimeout: 300 }, options);
    const socket = new WsClient(url.replace("http", "ws"));
    await socket.next();
    const silent = options.tls ? tls(port) : tcp(port);
    await silent.ended();

    socket.socket.send("still here");

    expect(await socket.next()).toBe("still here");
  });
});

it("a client that never begins TLS is gone after the handshake timeout", async () => {
  const { port } = await start({ handshakeTimeout: 300 }, { tls: TLS });
  const client = tcp(port);

  expect(await client.ended("end of the silent client", 2_000)).toBe("");
});

it("an HTTP/2 session that opens no stream is gone after the handshake timeout", async () => {
  const { url } = await start({ handshakeTimeout: 300 }, { tls: TLS });
  const session = connectHttp2(url, { rejectUnauthorized: false });
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  const closed = new Promise((resolve) => session.once("close", () => resolve("closed")));

  expect(await within(closed, "end of the session", 2_000)).toBe("closed");
});

it("an HTTP/2 session with a WebSocket in it stays", async () => {
  const { url, port } = await start({ handshakeTimeout: 300 }, { tls: TLS });
  const session = await http2(url);
  const stream = session.request(http2Upgrade("/"), { endStream: false });
  stream.resume();
  await tls(port).ended();

  expect({ session: session.destroyed, stream: stream.destroyed }).toEqual({ session: false, stream: false });
});

it("a second request that comes a byte at a time is timed out, too", async () => {
  const { port } = await start({ handshakeTimeout: 300 });
  const client = tcp(port);
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await vi.waitFor(() => expect(client.text).toContain("hello"));

  dribble(client);

  expect(await client.ended("end", 3_000)).toContain("HTTP/1.1 408 Request Timeout\r\n");
});

describe("over the bound of unfinished handshakes", () => {
  it("who has waited longest goes, and an honest client comes in", async () => {
    const { url, port } = await start({ handshakes: 3 });
    const silent = [];
    for (let at = 0; at < 5; at++) {
      const client = tcp(port);
      await within(new Promise((resolve) => client.socket.once("connect", resolve)), "connection");
      silent.push(client);
    }

    const honest = new WsClient(url.replace("http", "ws"));

    expect(await honest.next()).toBe("welcome");
    const [first, second, third, fourth, fifth] = silent;
    expect(await first?.ended()).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n/);
    expect(await second?.ended()).toMatch(/^HTTP\/1.1 503 /);
    expect(await third?.ended()).toMatch(/^HTTP\/1.1 503 /);
    expect([fourth, fifth].map((client) => client?.socket.destroyed)).toEqual([false, false]);
  });

  it("a hundred silent clients keep out nobody", async () => {
    const { url, port } = await start({ handshakes: 10 }, { tls: TLS });
    const silent = Array.from({ length: 100 }, () => tcp(port));

    const honest = await Promise.all(Array.from({ length: 5 }, () => new WsClient(url.replace("http", "ws")).next()));

    expect(honest).toEqual(Array(5).fill("welcome"));
    expect(silent).toHaveLength(100);
  });

  it("open WebSockets and HTTP connections do not count", async () => {
    const { url } = await start({ handshakes: 1 });

    for (let at = 0; at < 5; at++) expect(await new WsClient(url.replace("http", "ws")).next()).toBe("welcome");
  });
});

describe("a head", () => {
  it("of too many bytes gets 431", async () => {
    const { port } = await start({ headBytes: 4_000 });
    const client = tcp(port);

    client.write(upgradeHead("/", [`X: ${"a".repeat(5_000)}`]));

    expect(await client.ended()).toMatch(/^HTTP\/1.1 431 /);
  });

  it.each([
    ["an upgrade", upgradeHead("/", ["X-6: 1", "X-7: 1"])],
    ["a plain request", `GET / HTTP/1.1\r\nHost: x\r\n${"X: 1\r\n".repeat(6)}\r\n`],
  ])("of %s with too many fields gets 431", async (_name, head) => {
    const { port, app } = await start({ headers: 6 });
    const client = tcp(port);

    client.write(head);

    expect(await client.ended()).toMatch(/^HTTP\/1.1 431 /);
    expect(app.targets).toEqual([]);
  });

  it("of an upgrade with too many fields is reported", async () => {
    const { port, app } = await start({ headers: 6 });
    const client = tcp(port);

    client.write(upgradeHead("/chat", ["X-6: 1", "X-7: 1"]));
    await client.chunks.next("answer");

    expect(app.rejected).toEqual([
      { path: "/chat", remoteAddress: "127.0.0.1", status: 431, reason: "7 header fields exceed limits.headers (6)" },
    ]);
  });

  it("with as many fields as allowed passes", async () => {
    const { port } = await start({ headers: 6 });
    const client = tcp(port);

    client.write(upgradeHead("/", ["X-6: 1"]));

    expect(await client.chunks.next("answer")).toMatch(/^HTTP\/1.1 101 /);
  });

  it("over HTTP/2 with too many fields gets 431, and the session lives on", async () => {
    const { url } = await start({ headers: 12 }, { tls: TLS });
    const session = await http2(url);
    const many = Object.fromEntries(Array.from({ length: 14 }, (_, at) => [`x-${at}`, "1"]));

    expect((await http2Request(session, http2Upgrade("/", many))).headers[":status"]).toBe(431);
    expect((await http2Request(session, { ":path": "/", ...many })).headers[":status"]).toBe(431);
    expect((await http2Request(session, http2Upgrade("/"), WELCOME)).headers[":status"]).toBe(200);
  });

  it("that is no HTTP gets 400", async () => {
    const { port } = await start({});
    const client = tcp(port);

    client.write("\u0016\u0003\u0001 this is no HTTP\r\n\r\n");

    expect(await client.ended()).toMatch(/^HTTP\/1.1 400 Bad Request\r\nConnection: close\r\n/);
  });
});

it("limits that are off switch the guards off", async () => {
  const off = Number.POSITIVE_INFINITY;
  const { url } = await start({ headBytes: off, headers: off, handshakeTimeout: off, handshakes: off }, { tls: TLS });

  expect(await new WsClient(url.replace("http", "ws")).next()).toBe("welcome");
  expect((await http2Request(await http2(url), { ":path": "/" })).body).toBe("hello");
});
