/** The opening handshake over HTTP/2 (RFC 8441): answers, many WebSockets in one connection, and peers that leave. */

import type { ClientHttp2Session } from "node:http2";
import { constants } from "node:http2";
import { expect, it, onTestFinished, vi } from "vitest";
import { listen } from "../../../src/hosts/node/listen.ts";
import type { Handshake } from "../../../src/server/host.ts";
import { deferred } from "../../support/deferred.ts";
import { Inbox } from "../../support/inbox.ts";
import { within } from "../../support/within.ts";
import { CERT, http2, http2Request, http2Upgrade, KEY } from "./clients.ts";
import { FakeApp, open, opening, sink } from "./fake-app.ts";

const MASKED_HELLO = Buffer.from("818500000000" + "48656c6c6f", "hex"); // text "Hello", key 0
const HELLO = Buffer.from("8105" + "48656c6c6f", "hex"); // text "Hello"
const WELCOME = Buffer.from("8107" + "77656c636f6d65", "hex").toString("latin1"); // text "welcome"

async function start(handshake?: (handshake: Handshake) => void) {
  const app = new FakeApp(handshake ? { handshake } : {});
  const listening = await listen(app, { port: 0, tls: { cert: CERT, key: KEY } });
  onTestFinished(() => listening.close());
  return { app, session: await http2(listening.url) };
}

/** A session, one extended CONNECT in it, and its handshake, which the test answers. */
async function startHeld(path = "/", headers = {}) {
  const handshakes = new Inbox<Handshake>();
  const { session } = await start((handshake) => handshakes.push(handshake));
  const stream = session.request(http2Upgrade(path, headers), { endStream: false });
  stream.on("error", () => {});
  return { session, stream, handshake: await handshakes.next("handshake") };
}

it("tells the app what the request says, the host by :authority", async () => {
  const { handshake } = await startHeld("/chat?x=1", {
    origin: "https://example.com",
    cookie: ["a=1", "b=2"],
    host: "evil",
  });

  const { target, peerAddress, secure, upgrade } = handshake;
  expect({ target, peerAddress, secure }).toEqual({ target: "/chat?x=1", peerAddress: "127.0.0.1", secure: true });
  expect(upgrade.headers.get("host")).toBe("example.com");
  expect(upgrade.headers.get("origin")).toBe("https://example.com");
  const fields = handshake.headerFields();
  expect(fields.filter(([name]) => name === "host")).toEqual([["host", "example.com"]]);
  expect(fields.filter(([name]) => name.startsWith(":"))).toEqual([]);
  expect(fields).toContainEqual(["origin", "https://example.com"]);
});

it("carries many WebSockets in one connection, each with its own messages", async () => {
  const { session } = await start();

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => http2Request(session, http2Upgrade(`/${at}`), WELCOME)),
  );

  expect(answers.map(({ headers }) => headers[":status"])).toEqual(Array(20).fill(200));
});

it("keeps bytes that come before the answer", async () => {
  const { stream, handshake } = await startHeld();
  stream.write(MASKED_HELLO);
  stream.write(MASKED_HELLO);
  const received: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => received.push(chunk));
  await pingPong(stream.session as ClientHttp2Session);

  open(handshake);

  await vi.waitFor(() => expect(Buffer.concat(received)).toEqual(Buffer.concat([HELLO, HELLO])));
});

it("answers a refusal whole, and takes no more of that stream", async () => {
  const { session, stream, handshake } = await startHeld();
  const status = new Promise((resolve) => stream.once("response", (headers) => resolve(headers)));
  let body = "";
  stream.on("data", (chunk: Buffer) => {
    body += chunk;
  });
  const closed = new Promise((resolve) => stream.once("close", () => resolve(stream.rstCode)));

  handshake.refuse({
    status: 401,
    headers: [
      ["WWW-Authenticate", "Bearer"],
      ["Connection", "close"],
    ],
    body: "née\n",
  });

  expect(await within(status, "response")).toMatchObject({
    ":status": 401,
    "www-authenticate": "Bearer",
    "content-length": "5",
  });
  // Our side of the stream is still open; nobody waits for it.
  expect(await within(closed, "end of the stream", 2_000)).toBe(constants.NGHTTP2_NO_ERROR);
  expect(body).toBe("née\n");
  expect(session.destroyed).toBe(false);
});

it("answers a malformed request, and the connection lives on", async () => {
  const { session } = await start();

  const wrong = await http2Request(session, http2Upgrade("/", { "sec-websocket-version": "8" }));
  const tea = await http2Request(session, http2Upgrade("/", { ":protocol": "tea" }));
  const right = await http2Request(session, http2Upgrade("/"), WELCOME);

  expect([wrong, tea, right].map(({ headers }) => headers[":status"])).toEqual([400, 501, 200]);
});

it.each([
  ["resets its stream", (stream: { close(code: number): void }) => stream.close(constants.NGHTTP2_CANCEL)],
  [
    "resets it with an error",
    (stream: { close(code: number): void }) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  ],
  ["ends its stream", (stream: { end(): void }) => stream.end()],
  ["ends the connection", (stream: { session?: { destroy(): void } | undefined }) => stream.session?.destroy()],
])("notices before the answer that a peer %s", async (_name, leave) => {
  const { stream, handshake } = await startHeld();
  const gone = deferred<string>();
  handshake.onGone(() => gone.resolve("gone"));

  leave(stream as never);

  expect(await within(gone.promise, "notice", 2_000)).toBe("gone");
});

it("gives a wire that ends with 1006 when the peer has left", async () => {
  const { stream, handshake } = await startHeld();
  stream.close(constants.NGHTTP2_CANCEL);
  await new Promise<void>((resolve) => handshake.onGone(resolve));
  const closed = deferred<number>();

  const wire = handshake.accept(opening(handshake)!);
  wire.open(sink({ wireOnClose: ({ code }) => closed.resolve(code) }));

  expect(await within(closed.promise, "close")).toBe(1006);
});

it("refuses nothing to a peer that has left, and nothing falls over", async () => {
  const { session, stream, handshake } = await startHeld();
  stream.close(constants.NGHTTP2_CANCEL);
  await new Promise<void>((resolve) => handshake.onGone(resolve));

  handshake.refuse({ status: 403, headers: [], body: "no" });

  await pingPong(session);
  expect(session.destroyed).toBe(false);
});

/** When it resolves, the server has read all that was sent before. */
function pingPong(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve())));
}
