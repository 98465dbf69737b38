/** Plain HTTP on Node: odd requests, upgrades that are none, and errors whose text stays on this side. */

import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { listen } from "../../../src/hosts/node/listen.ts";
import type { ListenOptions } from "../../../src/hosts/node/listen-options.ts";
import { deferred } from "../../support/deferred.ts";
import { CERT, http2, http2Request, KEY, tcp, tls, upgradeHead } from "./clients.ts";
import { FakeApp } from "./fake-app.ts";

const TLS = { cert: CERT, key: KEY };
const SECRET = "secret of the database";

async function start(options: ListenOptions = {}) {
  const app = new FakeApp();
  const listening = await listen(app, { port: 0, ...options });
  onTestFinished(() => listening.close());
  return { app, url: listening.url, port: listening.port! };
}

/** What comes back for these bytes, until the server ends the connection. */
async function exchange(port: number, request: string): Promise<string> {
  const client = tcp(port);
  client.write(request);
  return client.ended();
}

describe("an upgrade that asks for no WebSocket", () => {
  const H2C =
    "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n";

  it.each([
    ["HTTP", {}],
    ["HTTPS", { tls: TLS, http2: false }],
    ["HTTPS beside HTTP/2", { tls: TLS }],
  ])("is answered as plain %s", async (_name, options) => {
    const { port } = await start(options);
    const client = "tls" in options ? tls(port) : tcp(port);

    client.write(`GET / HTTP/1.1\r\nHost: x\r\n${H2C}\r\n`);

    expect(await client.ended()).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\nhello$/s);
  });

  it("keeps its body, whenever that comes, and its connection", async () => {
    const { port } = await start();
    const client = tcp(port);

    client.write(`POST / HTTP/1.1\r\nHost: x\r\n${H2C.replace(", close", "")}Content-Length: 6\r\n\r\nabc`);
    client.write("def");
    await vi.waitFor(() => expect(client.text).toContain("you sent abcdef"));
    client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    expect(await client.ended()).toContain("hello");
  });

  it.skipIf(spawnSync("curl", ["--version"]).status !== 0)("is what curl --http2 sends", async () => {
    const { url } = await start();

    const { stdout } = await promisify(execFile)("curl", ["-s", "--max-time", "5", "--http2", "-d", "abc", url]);

    expect(stdout).toBe("you sent abc");
  });
});

describe("an odd request", () => {
  it("of HTTP/1.0 without Host is answered", async () => {
    const { port } = await start();

    expect(await exchange(port, "GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 200 OK\r\n.*hello$/s);
  });

  it("of HTTP/1.1 without Host gets 400", async () => {
    const { port } = await start();

    expect(await exchange(port, "GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });

  it("with the absolute form is answered", async () => {
    const { port } = await start();

    const answer = await exchange(port, "GET http://example.com/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n.*hello$/s);
  });

  it.each([
    "OPTIONS * HTTP/1.1",
    "GET //\\\\evil HTTP/1.1",
    "TRACE / HTTP/1.1",
    "GET /%zz%00 HTTP/1.1",
    "PROPFIND / HTTP/1.1",
  ])("%s gets an answer that is no success", async (line) => {
    const { port } = await start();

    const answer = await exchange(port, `${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1.1 [45]\d\d /);
  });

  it("CONNECT gets 501 and the end: we are no proxy", async () => {
    const { port } = await start();

    expect(await exchange(port, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")).toMatch(
      /^HTTP\/1.1 501 Not Implemented\r\n/,
    );
  });

  it("CONNECT over the HTTP/1.1 of an HTTP/2 server gets it as well", async () => {
    const { port } = await start({ tls: TLS });
    const client = tls(port);

    client.write("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");

    expect(await client.ended()).toMatch(/^HTTP\/1.1 501 /);
  });

  it("CONNECT over HTTP/2 without a protocol is refused, and the session lives on", async () => {
    const { url } = await start({ tls: TLS });
    const session = await http2(url);

    const { headers } = await http2Request(session, { ":method": "CONNECT", ":authority": "example.com:443" });

    expect(headers[":status"]).toBeGreaterThanOrEqual(400);
    expect((await http2Request(session, { ":path": "/" })).body).toBe("hello");
  });
});

describe("an error of the app", () => {
  it.each([
    [
      "thrown",
      () => {
        throw new Error(SECRET);
      },
    ],
    ["rejected with", () => Promise.reject(new Error(SECRET))],
    ["of the body's first piece", () => new Response(failing(Promise.resolve()))],
  ])("%s is a 500 without its text, and is reported", async (_name, answer) => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => print.mockRestore());
    const { app, port } = await start();
    app.fetch = answer;

    const text = await exchange(port, "GET /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    expect(text).toMatch(/^HTTP\/1.1 500 Internal Server Error\r\n/);
    expect(text).not.toContain(SECRET);
    expect(await app.errors.next("report")).toMatchObject({
      error: { message: SECRET },
      path: "/a?b=c",
      where: "http",
    });
    expect(print).not.toHaveBeenCalled();
  });

  it("in the middle of a body cuts the connection, without its text, and is reported", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => print.mockRestore());
    const { app, port } = await start();
    const failure = deferred<void>();
    app.fetch = () => new Response(failing(failure.promise, "the first piece"));
    const client = tcp(port);

    client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await vi.waitFor(() => expect(client.text).toContain("the first piece"));
    failure.resolve();
    const text = await client.ended();

    expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n.*the first piece/s);
    expect(text).not.toContain(SECRET);
    expect(text.endsWith("0\r\n\r\n")).toBe(false);
    expect(await app.errors.next("report")).toMatchObject({ error: { message: SECRET }, where: "http" });
    expect(print).not.toHaveBeenCalled();
  });
});

it("a response for HTTP/1.1 loses over HTTP/2 what belongs to a connection", async () => {
  const { app, url } = await start({ tls: TLS });
  const headers = { Upgrade: "websocket", Connection: "Upgrade", "Keep-Alive": "timeout=5", "X-Kept": "yes" };
  app.fetch = () => new Response("upgrade, please", { status: 426, headers });

  const answer = await http2Request(await http2(url), { ":path": "/" });

  expect(answer).toMatchObject({ headers: { ":status": 426, "x-kept": "yes" }, body: "upgrade, please" });
  expect(answer.headers.upgrade).toBeUndefined();
});

it("an upgrade behind another request is answered after it", async () => {
  const { app, port } = await start();
  const page = deferred<Response>();
  app.fetch = () => page.promise;
  const client = tcp(port);

  client.write(`GET / HTTP/1.1\r\nHost: x\r\n\r\n${upgradeHead()}`);
  setImmediate(() => page.resolve(new Response("the page")));

  await vi.waitFor(() => expect(client.text).toMatch(/^HTTP\/1.1 200 .*the pageHTTP\/1.1 101 .*welcome$/s));
});

it("an upgrade behind a request whose client leaves is no matter", async () => {
  const { app, port } = await start();
  const page = deferred<Response>();
  app.fetch = () => page.promise;
  const client = tcp(port);
  client.write(`GET / HTTP/1.1\r\nHost: x\r\n\r\n${upgradeHead()}`);
  await new Promise((resolve) => setImmediate(resolve));

  client.socket.resetAndDestroy();
  await client.ended();
  page.resolve(new Response("the page"));

  app.fetch = () => new Response("alive");
  expect(await exchange(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toContain("alive");
  expect(app.errors.size).toBe(0);
});

it("a client that leaves in the middle of a body ends it", async () => {
  const print = [vi.spyOn(console, "error"), vi.spyOn(console, "info")];
  onTestFinished(() => void vi.restoreAllMocks());
  const { app, port } = await start();
  const cancelled = vi.fn();
  app.fetch = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: cancelled,
      }),
    );
  const client = tcp(port);
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.chunks.next("some of it");

  client.socket.destroy();

  await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce());
  expect(app.errors.size).toBe(0);
  for (const spy of print) expect(spy).not.toHaveBeenCalled();
});

it("the globals Request and Response stay Node's own", async () => {
  const before = [globalThis.Request, globalThis.Response];

  await start();

  expect([globalThis.Request, globalThis.Response]).toEqual(before);
});

it("a short body has its length announced", async () => {
  const { port } = await start();

  expect(await exchange(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toContain(
    "content-length: 5\r\n",
  );
});

/** A body that gives these pieces, and fails when the time has come. */
function failing(time: Promise<void>, ...pieces: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
    },
    async pull(controller) {
      await time;
      controller.error(new Error(SECRET));
    },
  });
}

it("a body whose first piece is long in coming has its head sent at once, as an event stream needs it", async () => {
  const { app, url } = await start();
  const first = deferred<Uint8Array>();
  const body = new ReadableStream({
    async pull(controller) {
      controller.enqueue(await first.promise);
      controller.close();
    },
  });
  app.http.get("/events", () => new Response(body, { headers: { "Content-Type": "text/event-stream" } }));

  const response = await fetch(`${url}/events`);
  first.resolve(Buffer.from("data: 1\n\n"));

  expect(await response.text()).toBe("data: 1\n\n");
});
