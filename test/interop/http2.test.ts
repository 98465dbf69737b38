/** A WebSocket over HTTP/2 (RFC 8441): our handshake and engine on both sides of node:http2's extended CONNECT. */

import { once } from "node:events";
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { CloseInfo, Engine, Message, ResolvedCompression } from "../../src/protocol/index.ts";
import {
  acceptUpgrade,
  checkResponse,
  createUpgrade,
  readUpgrade,
  resolveCompression,
} from "../../src/protocol/index.ts";
import { runEngine } from "../../src/protocol/node/index.ts";
import { deferred } from "../support/deferred.ts";
import { Inbox } from "../support/inbox.ts";
import { KINDS, nameOf, sample } from "../support/samples.ts";
import { within } from "../support/within.ts";

const COMPRESSIONS = [
  { name: "plain", compression: null },
  { name: "compressed", compression: resolveCompression({ threshold: 0, serverNoContextTakeover: false }) },
];

describe.each(COMPRESSIONS)("$name", ({ compression }) => {
  it.each(KINDS)("echoes %s of 0 B to 1 MiB", async (kind) => {
    const server = await startHttp2(compression);
    const { engine, messages } = await server.open({ compression });

    for (const size of [0, 1, 125, 126, 65_535, 65_536, 1 << 20]) {
      const data = sample(kind, size);
      engine.send(data);
      expect(nameOf(await messages.next(`echo of ${size} bytes`))).toBe(nameOf(data));
    }
  });

  it("echoes 16 MiB, past every window of HTTP/2", async () => {
    const server = await startHttp2(compression);
    const { engine, messages } = await server.open({ compression });
    const data = sample("random", 16 << 20);

    engine.send(data);

    expect(nameOf(await messages.next("echo"))).toBe(nameOf(data));
  });
});

it("carries many WebSockets in one HTTP/2 connection", async () => {
  const server = await startHttp2(null);
  const clients = await Promise.all(Array.from({ length: 20 }, () => server.open()));

  for (const [at, { engine }] of clients.entries()) engine.send(`I am ${at}`);

  for (const [at, { messages }] of clients.entries()) expect(await messages.next("echo")).toBe(`I am ${at}`);
});

it("agrees on a subprotocol", async () => {
  const server = await startHttp2(null);

  const { protocol } = await server.open({ protocols: ["chat.v2", "chat.v1"] });

  expect(protocol).toBe("chat.v2");
});

it("closes from the client, and both streams end", async () => {
  const server = await startHttp2(null);
  const { engine, stream, closed } = await server.open();
  const streamClosed = once(stream, "close");

  engine.close(4000, "enough");

  expect(await server.ends.next("close on the server")).toEqual({ code: 4000, reason: "enough", wasClean: true });
  expect(await within(closed, "close on the client")).toEqual({ code: 4000, reason: "", wasClean: true });
  await within(streamClosed, "end of the HTTP/2 stream");
  expect(stream.rstCode).toBe(0);
});

it("closes from the server, and both streams end", async () => {
  const server = await startHttp2(null);
  const { engine, stream, closed } = await server.open();
  const streamClosed = once(stream, "close");

  engine.send("close, please");

  expect(await within(closed, "close on the client")).toEqual({ code: 1000, reason: "as you wish", wasClean: true });
  expect(await server.ends.next("close on the server")).toEqual({ code: 1000, reason: "", wasClean: true });
  await within(streamClosed, "end of the HTTP/2 stream");
  expect(stream.rstCode).toBe(0);
});

it("hears 1006 when the client resets its stream (RFC 8441, 5.1: the TCP RST of HTTP/2)", async () => {
  const server = await startHttp2(null);
  const { stream } = await server.open();

  stream.close(0x8);

  expect(await server.ends.next("close on the server")).toEqual({ code: 1006, reason: "", wasClean: false });
});

it("refuses another :protocol with 501, and the connection lives on", async () => {
  const server = await startHttp2(null);
  const session = await server.session();
  const wrong = session.request({ ":method": "CONNECT", ":protocol": "tea", ":path": "/", ":scheme": "http" });

  const status = (await within(once(wrong, "response"), "response"))[0][":status"];
  const { engine, messages } = await server.open({ session });
  engine.send("still here");

  expect(status).toBe(501);
  expect(await messages.next("echo")).toBe("still here");
});

interface OpenOptions {
  readonly compression?: ResolvedCompression | null;
  readonly protocols?: readonly string[];
  readonly session?: ClientHttp2Session;
}

/** An HTTP/2 server of ours that echoes, until the test is over, and how to connect to it. */
async function startHttp2(compression: ResolvedCompression | null) {
  const ends = new Inbox<CloseInfo>();
  const server = createServer({ settings: { enableConnectProtocol: true } });
  server.on("stream", (stream, headers) => accept({ stream, headers, compression, ends }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sessions: ClientHttp2Session[] = [];
  onTestFinished(async () => {
    const closed = once(server, "close");
    for (const session of sessions) session.destroy();
    server.close();
    await closed;
  });

  const session = async () => {
    const opened = connect(`http://127.0.0.1:${port}`);
    sessions.push(opened);
    // RFC 8441, 3: the client waits for SETTINGS_ENABLE_CONNECT_PROTOCOL.
    await within(once(opened, "remoteSettings"), "settings of the server");
    return opened;
  };
  let shared: Promise<ClientHttp2Session> | undefined;
  const open = async (options: OpenOptions = {}) => {
    shared ??= session();
    return openStream(options.session ?? (await shared), `127.0.0.1:${port}`, options);
  };
  return { ends, session, open };
}

interface Accepting {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly compression: ResolvedCompression | null;
  readonly ends: Inbox<CloseInfo>;
}

function accept({ stream, headers, compression, ends }: Accepting): void {
  const upgrade = readUpgrade({
    method: String(headers[":method"]),
    httpVersion: "2.0",
    protocol: headers[":protocol"] as string | undefined,
    target: headers[":path"],
    headers: sourceOf(headers),
  });
  if (upgrade.type === "refuse") {
    stream.respond({ ":status": upgrade.status, ...Object.fromEntries(upgrade.headers) });
    stream.end(upgrade.body);
    return;
  }
  const { response, deflate } = acceptUpgrade(upgrade, { compression, protocol: upgrade.protocols[0] });
  stream.respond({ ":status": response.status, ...Object.fromEntries(response.headers) });
  const engine: Engine = runEngine(stream, {
    role: "server",
    deflate,
    limits: { messageSize: 64 << 20 },
    sink: {
      message: (data) => (data === "close, please" ? engine.close(1000, "as you wish") : engine.send(data)),
      close: (info) => ends.push(info),
    },
  });
}

async function openStream(session: ClientHttp2Session, authority: string, options: OpenOptions) {
  const { compression = null, protocols = [] } = options;
  const sent = createUpgrade({ http: 2, scheme: "http", authority, target: "/", protocols, compression });
  const stream: ClientHttp2Stream = session.request(
    { ...Object.fromEntries(sent.pseudo), ...Object.fromEntries(sent.headers) },
    { endStream: false },
  );
  const [headers] = await within(once(stream, "response"), "response");
  const opened = checkResponse(sent, { status: headers[":status"], headers: sourceOf(headers) });
  if (opened.type !== "open") throw opened.type === "fail" ? opened.error : new Error("interim answer");
  const messages = new Inbox<Message>();
  const closed = deferred<CloseInfo>();
  const engine = runEngine(stream, {
    role: "client",
    deflate: opened.deflate,
    limits: { messageSize: 64 << 20 },
    sink: { message: (data) => messages.push(data), close: closed.resolve },
  });
  return { engine, stream, messages, closed: closed.promise, protocol: opened.protocol };
}

function sourceOf(headers: IncomingHttpHeaders) {
  return { get: (name: string) => headers[name]?.toString() ?? null };
}
