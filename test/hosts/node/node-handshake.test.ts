/** The opening handshake over HTTP/1.1, by real TCP connections: answers, early bytes, and peers that leave or stay. */

import { once } from "node:events";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { listen } from "../../../src/hosts/node/listen.ts";
import type { ListenOptions } from "../../../src/hosts/node/listen-options.ts";
import type { Message } from "../../../src/protocol/index.ts";
import type { Handshake } from "../../../src/server/host.ts";
import { deferred } from "../../support/deferred.ts";
import { within } from "../../support/within.ts";
import { type RawClient, tcp, upgradeHead, WsClient } from "./clients.ts";
import { FakeApp, open, opening, sink } from "./fake-app.ts";

const MASKED_HELLO = Buffer.from("818500000000" + "48656c6c6f", "hex"); // text "Hello", key 0
const HELLO = Buffer.from("8105" + "48656c6c6f", "hex").toString("latin1"); // text "Hello"
const WELCOME = Buffer.from("8107" + "77656c636f6d65", "hex").toString("latin1"); // text "welcome"

/** A text frame with the long form of the length, masked with the key 0. */
function maskedText(text: string): Buffer {
  const header = Buffer.from("81ff" + "0000000000000000" + "00000000", "hex");
  header.writeUInt32BE(text.length, 6);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function start(handshake?: (handshake: Handshake) => void, options: ListenOptions = {}) {
  const app = new FakeApp(handshake ? { handshake } : {});
  const listening = await listen(app, { port: 0, ...options });
  onTestFinished(() => listening.close());
  return { app, port: listening.port!, url: listening.url };
}

/** A server that leaves the first handshake to the test. */
async function startHeld() {
  const handshake = deferred<Handshake>();
  const { port } = await start(handshake.resolve);
  return { port, handshake: within(handshake.promise, "handshake") };
}

it("opens a WebSocket for the package ws", async () => {
  const { url } = await start();
  const client = new WsClient(url.replace("http", "ws"));

  expect(await client.next()).toBe("welcome");
  client.socket.send("Hello");
  expect(await client.next()).toBe("Hello");
});

it("sends the 101 and the first message of the same turn in one packet", async () => {
  const { port } = await start();
  const client = tcp(port);

  client.write(upgradeHead());

  const packet = await client.chunks.next("answer");
  expect(packet).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
  expect(packet).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
  expect(packet.endsWith(`\r\n\r\n${WELCOME}`)).toBe(true);
});

it("tells the app what the request says", async () => {
  const { port, handshake } = await startHeld();
  const client = tcp(port);

  client.write(upgradeHead("/chat?room=a%20b", ["Cookie: a=1", "X-Twice: 1", "X-Twice: 2"]));

  const { target, peerAddress, secure, upgrade, headerFields } = await handshake;
  expect({ target, peerAddress, secure }).toEqual({
    target: "/chat?room=a%20b",
    peerAddress: "127.0.0.1",
    secure: false,
  });
  expect(upgrade.headers.get("x-twice")).toBe("1, 2");
  expect(headerFields.call(await handshake)).toEqual([
    ["host", "localhost"],
    ["upgrade", "websocket"],
    ["connection", "Upgrade"],
    ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["sec-websocket-version", "13"],
    ["cookie", "a=1"],
    ["x-twice", "1"],
    ["x-twice", "2"],
  ]);
});

it.each([
  ["http://example.com/chat?x=1", "/chat?x=1"],
  ["HTTP://example.com", "/"],
  ["http://example.com?x=1", "/?x=1"],
])("takes path and query of the absolute form %s", async (sent, target) => {
  const { port, handshake } = await startHeld();

  tcp(port).write(upgradeHead(sent));

  expect((await handshake).target).toBe(target);
});

describe("bytes that come before the answer", () => {
  it("are kept when they come with the request", async () => {
    const { port } = await start((handshake) => void open(handshake));
    const client = tcp(port);

    client.write(Buffer.concat([Buffer.from(upgradeHead()), MASKED_HELLO]));

    await vi.waitFor(() => expect(client.text.endsWith(HELLO)).toBe(true));
  });

  it("are kept when they come later, and in order, also when they are more than is read ahead", async () => {
    const { port, handshake } = await startHeld();
    const client = tcp(port);
    const sent = Array.from({ length: 200 }, (_, at) => String(at).padEnd(100_000, "."));
    client.write(upgradeHead());
    const held = await handshake;
    const gone = vi.fn();
    held.onGone(gone);
    for (const text of sent) client.write(maskedText(text));
    await vi.waitFor(() => expect(client.socket.writableLength).toBeGreaterThan(0));
    const received: Message[] = [];

    const wire = held.accept(opening(held)!);
    wire.open(sink({ wireOnMessage: (data) => void received.push(data) }));

    await vi.waitFor(() => expect(received).toHaveLength(200), { timeout: 4_000 });
    expect(received).toEqual(sent);
    expect(gone).not.toHaveBeenCalled();
  });
});

describe("a peer that leaves before the answer", () => {
  it.each([
    ["a FIN", (client: RawClient) => client.socket.end()],
    ["a reset", (client: RawClient) => client.socket.resetAndDestroy()],
  ])("is noticed by %s, and the connection is gone", async (_name, leave) => {
    const { port, handshake } = await startHeld();
    const client = tcp(port);
    client.write(upgradeHead());
    const gone = deferred<string>();
    (await handshake).onGone(() => gone.resolve("gone"));

    leave(client);

    expect(await within(gone.promise, "notice")).toBe("gone");
    await client.ended();
  });

  it("is noticed behind bytes that came early", async () => {
    const { port, handshake } = await startHeld();
    const client = tcp(port);
    client.write(upgradeHead());
    const gone = deferred<string>();
    (await handshake).onGone(() => gone.resolve("gone"));

    client.write(MASKED_HELLO);
    client.socket.end();

    expect(await within(gone.promise, "notice")).toBe("gone");
  });

  it("is told to who asks afterwards", async () => {
    const { port, handshake } = await startHeld();
    const client = tcp(port);
    client.write(upgradeHead());
    const held = await handshake;
    client.socket.destroy();
    const gone = deferred<string>();
    held.onGone(() => held.onGone(() => gone.resolve("gone")));

    expect(await within(gone.promise, "notice")).toBe("gone");
  });

  it("gives a wire that ends with 1006, when it is accepted all the same", async () => {
    const { port, handshake } = await startHeld();
    const client = tcp(port);
    client.write(upgradeHead());
    const held = await handshake;
    client.socket.destroy();
    await new Promise<void>((resolve) => held.onGone(resolve));
    const closed = deferred<number>();

    const wire = held.accept(opening(held)!);
    wire.open(sink({ wireOnClose: ({ code }) => closed.resolve(code) }));

    expect(await within(closed.promise, "close")).toBe(1006);
  });

  it("is not told after the answer", async () => {
    const { port, handshake } = await startHeld();
    const client = tcp(port);
    client.write(upgradeHead());
    const held = await handshake;
    const gone = vi.fn();
    held.onGone(gone);
    const closed = deferred<number>();
    const wire = held.accept(opening(held)!);
    wire.open(sink({ wireOnClose: ({ code }) => closed.resolve(code) }));
    await client.chunks.next("101");

    client.socket.resetAndDestroy();

    expect(await within(closed.promise, "close")).toBe(1006);
    expect(gone).not.toHaveBeenCalled();
  });

  it("may reset between the answer and the wire's open, and nothing falls over", async () => {
    const { port, handshake } = await startHeld();
    const client = tcp(port);
    client.write(upgradeHead());
    const held = await handshake;
    const wire = held.accept(opening(held)!);
    await client.chunks.next("101");
    client.socket.resetAndDestroy();
    await once(client.socket, "close");
    const closed = deferred<number>();

    wire.open(sink({ wireOnClose: ({ code }) => closed.resolve(code) }));

    expect(await within(closed.promise, "close")).toBe(1006);
  });
});

describe("a refusal", () => {
  it("is a whole response, and the end", async () => {
    const { port } = await start((handshake) =>
      handshake.refuse({
        status: 401,
        headers: [
          ["WWW-Authenticate", "Bearer"],
          ["Content-Length", "999"],
        ],
        body: "n\u00e9e\n",
      }),
    );
    const client = tcp(port);

    client.write(upgradeHead());

    const [head = "", body] = (await client.ended()).split("\r\n\r\n");
    const [start_, ...fields] = head.split("\r\n");
    expect(start_).toBe("HTTP/1.1 401 Unauthorized");
    expect(fields).toEqual([
      "WWW-Authenticate: Bearer",
      "Content-Length: 5",
      expect.stringMatching(/^Date: /),
      "Connection: close",
    ]);
    expect(Buffer.from(body ?? "", "latin1").toString()).toBe("née\n");
  });

  it("answers a malformed handshake, whose reason stays here", async () => {
    const { port } = await start();
    const client = tcp(port);

    client.write(upgradeHead().replace("Version: 13", "Version: 8"));

    const answer = await client.ended();
    expect(answer).toMatch(/^HTTP\/1.1 426 Upgrade Required\r\n/);
    expect(answer).toContain("Sec-WebSocket-Version: 13\r\n");
    expect(answer.endsWith("\r\n\r\n426 Upgrade Required\n")).toBe(true);
  });

  it("has no body for HEAD", async () => {
    const { port } = await start();
    const client = tcp(port);

    client.write(upgradeHead().replace("GET", "HEAD"));

    const answer = await client.ended();
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(answer.endsWith("\r\n\r\n")).toBe(true);
  });

  it("reaches a peer that is sending megabytes", async () => {
    const { port } = await start((handshake) => handshake.refuse({ status: 403, headers: [], body: "no\n" }));
    const client = tcp(port);

    client.write(upgradeHead());
    client.write(Buffer.alloc(8 << 20));

    expect(await client.ended()).toMatch(/^HTTP\/1.1 403 Forbidden\r\n.*\r\n\r\nno\n$/s);
  });

  it("does not let a peer hold its socket", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { port } = await start((handshake) => handshake.refuse({ status: 403, headers: [], body: "no\n" }));
    const client = tcp(port, true);
    client.write(upgradeHead());
    await once(client.socket, "end"); // And our side stays open.

    vi.advanceTimersByTime(2_000);
    const writing = setInterval(() => client.socket.write("still here"), 5);
    onTestFinished(() => clearInterval(writing));

    expect(await client.ended()).toMatch(/^HTTP\/1.1 403 /);
  });

  it("of a response that cannot be sent throws, and leaves the handshake to be answered", async () => {
    const { port, handshake } = await startHeld();
    const client = tcp(port);
    client.write(upgradeHead());
    const held = await handshake;

    expect(() => held.refuse({ status: 403, headers: [["X", "a\r\nb"]], body: "" })).toThrow(
      expect.objectContaining({ code: "BAD_HEADER_VALUE" }),
    );
    held.refuse({ status: 403, headers: [], body: "" });

    expect(await client.chunks.next("answer")).toMatch(/^HTTP\/1.1 403 /);
  });
});
