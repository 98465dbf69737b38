/** Servers that are broken on purpose, each in one way, and what the doctor is to find: for the tests of `antiphon doctor`. */

import { readFileSync } from "node:fs";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { connect, Socket as PlainSocket } from "node:net";
import type { TlsOptions } from "node:tls";
import { onTestFinished } from "vitest";
import type { CaseOptions, World } from "../../src/cli/doctor/case.ts";
import type { KnowledgeId } from "../../src/cli/doctor/knowledge.ts";
import { frame } from "./frames.ts";
import type { RawRequest } from "./raw-server.ts";
import { answering, rawServer, switching, tcpServer } from "./raw-server.ts";
import { testProxy } from "./test-proxy.ts";

/** Where one is, and what to tell the doctor beside. */
export interface Place {
  readonly url: string;
  readonly options?: Partial<CaseOptions>;
}

/** One of them. */
export interface BrokenServer {
  /** All that the doctor finds there. */
  readonly finds: readonly KnowledgeId[];
  /** The way in which it is broken. */
  readonly how: string;
  /** What the doctor says that it has seen, in part. */
  readonly seen?: string;
  start(): Promise<Place> | Place;
}

/** The options of an examination that does not take long. */
export function caseOptions(options: Partial<CaseOptions> = {}): CaseOptions {
  return {
    timeout: 2000,
    headers: [],
    subprotocols: [],
    wantsCompression: false,
    tls: {},
    proxy: undefined,
    echo: false,
    idle: 0,
    settle: 30,
    pings: 2,
    world: world(),
    ...options,
  };
}

/** The system, with some of it replaced. */
export function world(own: Partial<World> = {}): World {
  return {
    lookup: async () => [{ address: "127.0.0.1", family: 4 }],
    connect: (options) => connect(options),
    now: () => Date.now(),
    env: {},
    ...own,
  };
}

/** A file of test/support. */
export function pem(name: string): string {
  return readFileSync(new URL(`${name}.pem`, import.meta.url), "utf8");
}

const credentials = (name: string) => ({ cert: pem(`authority/${name}`), key: pem(`authority/${name}-key`) });
const TRUST = { ca: pem("authority/authority") };

/** Answers in HTTP, whatever is asked. */
async function answers(status: number, fields: string[] = [], body = "", path = "/chat"): Promise<Place> {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const { authority } = await rawServer(({ socket }) => socket.end(answering(status, [...fields, length], body)));
  return { url: `ws://${authority}${path}` };
}

/** Opens every WebSocket; what it does then is the test's. */
async function opening(then: (socket: Socket, request: RawRequest) => void, extra: string[] = []): Promise<Place> {
  const { authority } = await rawServer((request) => {
    request.socket.write(switching(request, extra));
    then(request.socket, request);
  });
  return { url: `ws://${authority}/chat` };
}

/** Answers with a 101 of its own. */
async function switchingBy(edit: (answer: string) => string): Promise<Place> {
  const { authority } = await rawServer((request) => request.socket.write(edit(switching(request))));
  return { url: `ws://${authority}/chat` };
}

/** Speaks TLS and opens every WebSocket, in order. */
async function secure(tls: TlsOptions, options: Partial<CaseOptions> = {}): Promise<Place> {
  const { port } = await rawServer(behaves, { tls });
  return { url: `wss://localhost:${port}/chat`, options: { tls: TRUST, ...options } };
}

/** What a good server does: answers pings and the Close frame. */
export function behaves(request: RawRequest): void {
  request.socket.write(switching(request));
  obeys(request.socket);
}

/** Answers pings, sends messages back through `echo`, answers the Close frame and ends TCP. */
export function obeys(socket: Socket, echo: (payload: Buffer) => Uint8Array | undefined = () => undefined): void {
  socket.on("data", (bytes: Buffer) => {
    for (const { opcode, payload } of readMasked(bytes)) {
      if (opcode === 0x9) socket.write(frame({ opcode: 0xa, payload }));
      const answer = opcode === 0x1 ? echo(payload) : undefined;
      if (answer !== undefined) socket.write(answer);
      if (opcode === 0x8) socket.end(frame({ opcode: 0x8, payload }));
    }
  });
}

/** The frames of a client, each within one chunk. */
function* readMasked(bytes: Buffer): Generator<{ opcode: number; payload: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const short = bytes[at + 1]! & 0x7f;
    const size = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const key = at + 2 + (short === 126 ? 2 : 0);
    const masked = bytes.subarray(key + 4, key + 4 + size);
    yield {
      opcode: bytes[at]! & 0x0f,
      payload: masked.map((byte, index) => byte ^ bytes[key + (index % 4)]!) as Buffer,
    };
    at = key + 4 + size;
  }
}

const text = (words: string) => Buffer.from(words);
const closing = (code: number, reason = "") =>
  frame({ opcode: 0x8, payload: Buffer.concat([Uint8Array.of(code >> 8, code & 0xff), Buffer.from(reason)]) });

/** Closes with a code as soon as it is open. */
const closesWith = (code: number, reason = "") => opening((socket) => void socket.end(closing(code, reason)));

/** A connection that fails with this word of the system; without one, it never comes about. */
function failing(code?: string): World["connect"] {
  return () => {
    const socket = new PlainSocket();
    if (code !== undefined) setImmediate(() => socket.destroy(Object.assign(new Error(code), { code })));
    return socket;
  };
}

const SOMEWHERE = "ws://somewhere.test:8765/chat";
const lookupFails = (code: string) => () => Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }));

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = await import("node:net").then(({ createServer }) => createServer().listen(0, "127.0.0.1"));
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server of Node's own that speaks HTTP/2 alone. */
async function http2Only(isSecure: boolean): Promise<Place> {
  const server = isSecure ? createSecureServer(credentials("server")) : createHttp2Server();
  const sockets: Socket[] = [];
  server.on(isSecure ? "secureConnection" : "connection", (socket: Socket) => sockets.push(socket));
  server.on("sessionError", () => {});
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${isSecure ? "wss" : "ws"}://localhost:${port}/`, options: { tls: TRUST } };
}

async function says(words: string, waits = false): Promise<Place> {
  const port = await tcpServer((socket) => {
    if (waits) socket.once("data", () => socket.write(words));
    else socket.write(words);
  });
  return { url: `ws://127.0.0.1:${port}/` };
}

const HTML = "<!doctype html><html><head><title>Welcome to nginx!</title></head></html>";

/** Broken before HTTP. */
const belowHttp: readonly BrokenServer[] = [
  { finds: ["url-unreadable"], how: "no host", start: () => ({ url: "ws://" }) },
  {
    finds: ["dns-unknown-name"],
    how: "a name that nobody knows",
    seen: "somewhere.test: ENOTFOUND",
    start: () => ({ url: SOMEWHERE, options: { world: world({ lookup: lookupFails("ENOTFOUND") }) } }),
  },
  {
    finds: ["dns-no-answer"],
    how: "no name server",
    start: () => ({ url: SOMEWHERE, options: { world: world({ lookup: lookupFails("EAI_AGAIN") }) } }),
  },
  {
    finds: ["dns-no-answer"],
    how: "a name server that takes too long",
    start: () => ({ url: SOMEWHERE, options: { timeout: 50, world: world({ lookup: () => new Promise(() => {}) }) } }),
  },
  {
    finds: ["tcp-refused"],
    how: "nobody listens",
    seen: "ECONNREFUSED",
    start: async () => ({ url: `ws://127.0.0.1:${await deadPort()}/` }),
  },
  {
    finds: ["tcp-other-loopback"],
    how: "it listens on 127.0.0.1, and localhost is ::1",
    start: async () => {
      const { port } = await rawServer(behaves);
      const lookup = async () => [{ address: "::1", family: 6 }];
      return { url: `ws://localhost:${port}/`, options: { world: world({ lookup }) } };
    },
  },
  {
    finds: ["tcp-some-addresses"],
    how: "it listens on one of localhost's two addresses",
    start: async () => {
      const { port } = await rawServer(behaves);
      const lookup = async () =>
        ["::1", "127.0.0.1"].map((address) => ({ address, family: address === "::1" ? 6 : 4 }));
      return { url: `ws://localhost:${port}/`, options: { world: world({ lookup }) } };
    },
  },
  {
    finds: ["tcp-timeout"],
    how: "a firewall drops what is sent",
    start: () => ({ url: SOMEWHERE, options: { timeout: 50, world: world({ connect: failing() }) } }),
  },
  {
    finds: ["tcp-unreachable"],
    how: "no way to the network",
    start: () => ({ url: SOMEWHERE, options: { world: world({ connect: failing("EHOSTUNREACH") }) } }),
  },
  {
    finds: ["tcp-failed"],
    how: "a sandbox forbids it",
    start: () => ({ url: SOMEWHERE, options: { world: world({ connect: failing("EACCES") }) } }),
  },
  {
    finds: ["tcp-failed"],
    how: "a unix socket that is not there",
    start: () => ({ url: "ws+unix:/tmp/antiphon-no-such.sock:/chat" }),
  },
  {
    finds: ["proxy-unreadable"],
    how: "a proxy without a scheme that is known",
    start: () => ({ url: SOMEWHERE, options: { proxy: "socks5://localhost:1080" } }),
  },
  {
    finds: ["proxy-refused"],
    how: "a proxy that wants a password",
    seen: "407",
    start: async () => {
      const { port } = await testProxy({ answer: (_request, stream) => Boolean(stream.end(answering(407))) || true });
      return { url: SOMEWHERE, options: { proxy: `http://127.0.0.1:${port}` } };
    },
  },
  {
    finds: ["proxy-no-answer"],
    how: "a proxy that is none, named by the environment",
    start: async () => {
      const port = await tcpServer((socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"));
      const env = { http_proxy: `http://127.0.0.1:${port}` };
      return { url: SOMEWHERE, options: { proxy: "env", world: world({ env }) } };
    },
  },
];

/** Broken in TLS. */
const inTls: readonly BrokenServer[] = [
  {
    finds: ["tls-expired"],
    how: "an old certificate",
    seen: "2020-02-01",
    start: () => secure(credentials("expired")),
  },
  { finds: ["tls-not-yet-valid"], how: "a certificate of the future", start: () => secure(credentials("future")) },
  {
    finds: ["tls-expires-soon"],
    how: "a certificate that ends in a week",
    seen: "in 7 days",
    start: () => secure(credentials("server"), { world: world({ now: () => Date.UTC(2119, 11, 25) }) }),
  },
  {
    finds: ["tls-self-signed"],
    how: "a certificate of its own making",
    start: () => secure({ cert: pem("tls/cert"), key: pem("tls/key") }, { tls: {} }),
  },
  {
    finds: ["tls-unknown-authority"],
    how: "a private authority",
    start: () => secure(credentials("server"), { tls: {} }),
  },
  {
    finds: ["tls-incomplete-chain"],
    how: "no certificate between its own and the authority",
    start: () =>
      secure({ cert: pem("chain/server"), key: pem("chain/server-key") }, { tls: { ca: pem("chain/root") } }),
  },
  {
    finds: ["tls-wrong-name"],
    how: "another host's certificate",
    seen: "it is for elsewhere.example, not for localhost",
    start: () => secure(credentials("elsewhere")),
  },
  {
    finds: ["tls-invalid", "tls-wrong-name"],
    how: "a certificate for clients",
    seen: "INVALID_PURPOSE",
    start: () => secure(credentials("client")),
  },
  {
    finds: ["tls-old-version"],
    how: "TLS 1.1 and no more",
    start: () =>
      secure({ ...credentials("server"), minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
  },
  {
    finds: ["tls-not-spoken"],
    how: "no TLS on this port",
    start: async () => ({ url: (await says("HTTP/1.1 400 Bad Request\r\n\r\n", true)).url.replace("ws:", "wss:") }),
  },
  {
    finds: ["tls-not-spoken"],
    how: "SSH, asked for TLS",
    start: async () => ({ url: (await says("SSH-2.0-OpenSSH_9.2\r\n")).url.replace("ws:", "wss:") }),
  },
  {
    finds: ["tls-no-answer"],
    how: "a server that ends the TLS handshake",
    start: async () => ({ url: `wss://localhost:${await tcpServer((socket) => void socket.end())}/` }),
  },
  {
    finds: ["tls-no-answer"],
    how: "a server that says nothing to TLS",
    start: async () => ({ url: `wss://localhost:${await tcpServer(() => {})}/`, options: { timeout: 200 } }),
  },
  {
    finds: ["tls-client-certificate"],
    how: "a server that wants the client's certificate",
    start: () => secure({ ...credentials("server"), ...TRUST, requestCert: true, rejectUnauthorized: true }),
  },
  { finds: ["tls-failed"], how: "a server without a certificate", start: () => secure({}) },
  { finds: ["tls-http2-only"], how: "HTTP/2 alone", start: () => http2Only(true) },
];

/** Broken in the answer to the handshake. */
const inAnswer: readonly BrokenServer[] = [
  {
    finds: ["http-silent"],
    how: "a server that never answers",
    start: async () => ({ url: `ws://127.0.0.1:${await tcpServer(() => {})}/`, options: { timeout: 200 } }),
  },
  {
    finds: ["http-ended"],
    how: "a server that hangs up",
    seen: "(FIN)",
    start: async () => ({
      url: `ws://${(await rawServer(({ socket }) => void socket.end())).authority}/`,
      options: { timeout: 200 },
    }),
  },
  {
    finds: ["http-ended"],
    how: "a server that resets",
    seen: "ECONNRESET",
    start: async () => ({
      url: `ws://${(await rawServer(({ socket }) => void socket.resetAndDestroy())).authority}/`,
      options: { timeout: 200 },
    }),
  },
  {
    finds: ["http-tls-port"],
    how: "a TLS port, asked without",
    start: async () => ({ url: (await secure(credentials("server"))).url.replace("wss:", "ws:") }),
  },
  {
    finds: ["http-tls-port"],
    how: "a TLS port behind nginx, asked without",
    start: () => answers(400, ["Server: nginx/1.28"], "The plain HTTP request was sent to HTTPS port"),
  },
  {
    finds: ["http-tls-port"],
    how: "a server that sends everybody to TLS",
    start: () => answers(301, ["Location: https://127.0.0.1/chat"]),
  },
  { finds: ["http-http2-only"], how: "HTTP/2 alone, without TLS", start: () => http2Only(false) },
  { finds: ["http-not-http"], how: "SSH", seen: "that is SSH", start: () => says("SSH-2.0-OpenSSH_9.2\r\n") },
  {
    finds: ["http-not-http"],
    how: "Redis",
    seen: "that is Redis",
    start: () => says("-ERR unknown command 'GET', with args beginning with: '/'\r\n", true),
  },
  { finds: ["http-not-http"], how: "a broken head", start: () => says("HTTP/1.1 one hundred\r\n\r\n", true) },
  {
    finds: ["http-200"],
    how: "nginx that does not pass the upgrade on",
    seen: 'answered 200 Whatever: a page, "Welcome to nginx!", marks of nginx',
    start: () => answers(200, ["Server: nginx/1.28.0", "Content-Type: text/html"], HTML),
  },
  {
    finds: ["http-redirect"],
    how: "a page to sign in",
    seen: "to /login",
    start: () => answers(302, ["Location: /login"]),
  },
  {
    finds: ["http-400"],
    how: "a bad request",
    seen: '"no room given"',
    start: () => answers(400, [], "no room given\n"),
  },
  { finds: ["http-upgrade-lost"], how: "ws behind a proxy", start: () => answers(426, [], "Upgrade Required") },
  {
    finds: ["http-upgrade-lost"],
    how: "a library that says so",
    start: () => answers(400, [], "'upgrade' token not found in 'Connection' header"),
  },
  { finds: ["http-401"], how: "no credentials", start: () => answers(401) },
  {
    finds: ["http-403"],
    how: "a server with a list of origins",
    seen: "with --origin http://127.0.0.1",
    start: async () => {
      const { authority } = await rawServer((request) => {
        if (request.field("Origin") === `http://${request.field("Host")}`) behaves(request);
        else request.socket.end(answering(403, ["Content-Length: 0"]));
      });
      return { url: `ws://${authority}/`, options: { headers: [["Origin", "https://elsewhere.example"]] } };
    },
  },
  {
    finds: ["http-403"],
    how: "a server that wants no Origin",
    seen: "without an Origin it opens",
    start: async () => {
      const { authority } = await rawServer((request) => {
        if (request.field("Origin") === undefined) behaves(request);
        else request.socket.end(answering(403, ["Content-Length: 0"]));
      });
      return { url: `ws://${authority}/`, options: { headers: [["Origin", `http://${authority}`]] } };
    },
  },
  { finds: ["http-404"], how: "another path", start: () => answers(404, ["Server: Caddy"]) },
  { finds: ["http-405"], how: "a path for POST", start: () => answers(405) },
  {
    finds: ["http-socket-io"],
    how: "Socket.IO at its own path",
    start: () => answers(400, [], '{"code":0,"message":"Transport unknown"}', "/socket.io/"),
  },
  {
    finds: ["http-socket-io"],
    how: "Socket.IO, asked at another path",
    seen: "there is a Socket.IO server at /socket.io/",
    start: async () => {
      const { authority } = await rawServer(({ socket, head }) => {
        const isPoll = head.startsWith("GET /socket.io/");
        socket.end(isPoll ? answering(200, [], '0{"sid":"abc","upgrades":["websocket"]}') : answering(404));
      });
      return { url: `ws://${authority}/` };
    },
  },
  { finds: ["http-version"], how: "a draft of 2010", start: () => answers(426, ["Sec-WebSocket-Version: 8"]) },
  { finds: ["http-429"], how: "too often", seen: "Retry-After: 30", start: () => answers(429, ["Retry-After: 30"]) },
  { finds: ["http-500"], how: "an error", start: () => answers(500) },
  {
    finds: ["http-502"],
    how: "nginx with nobody behind it",
    seen: "marks of nginx",
    start: () =>
      answers(502, [], "<html><head><title>502 Bad Gateway</title></head><center>nginx/1.28</center></html>"),
  },
  {
    finds: ["http-503"],
    how: "HAProxy with nobody behind it",
    seen: "marks of HAProxy",
    start: () =>
      answers(503, [], "<html><body><h1>503 Service Unavailable</h1>\nNo server is available.\n</body></html>"),
  },
  {
    finds: ["http-504"],
    how: "a load balancer of AWS",
    seen: "AWS",
    start: () => answers(504, ["Server: awselb/2.0"]),
  },
  {
    finds: ["http-cloudflare"],
    how: "Cloudflare with nobody behind it",
    start: () => answers(521, ["CF-RAY: 8f-AMS"]),
  },
  { finds: ["http-other"], how: "a teapot", start: () => answers(418) },
  {
    finds: ["http-101-upgrade"],
    how: "a 101 without Upgrade",
    start: () => switchingBy((answer) => answer.replace("Upgrade: websocket\r\n", "")),
  },
  {
    finds: ["http-101-connection"],
    how: "a 101 without Connection",
    start: () => switchingBy((answer) => answer.replace("Connection: Upgrade\r\n", "")),
  },
  {
    finds: ["http-wrong-accept"],
    how: "a 101 out of a cache",
    start: () => switchingBy((answer) => answer.replace(/Accept: .*/, "Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")),
  },
];

/** Broken once it is open. */
const onceOpen: readonly BrokenServer[] = [
  {
    finds: ["subprotocol-not-chosen"],
    how: "no subprotocol chosen",
    seen: "offered: chat",
    start: async () => ({ ...(await opening((socket) => obeys(socket))), options: { subprotocols: ["chat"] } }),
  },
  {
    finds: ["subprotocol-not-offered"],
    how: "a subprotocol that nobody offered",
    start: () => opening((socket) => obeys(socket), ["Sec-WebSocket-Protocol: mqtt"]),
  },
  {
    finds: ["subprotocol-required"],
    how: "a server that wants one before it opens",
    start: () => answers(400, [], "Missing Sec-WebSocket-Protocol"),
  },
  {
    finds: ["subprotocol-required"],
    how: "a server that wants one and closes",
    seen: "none was offered",
    start: () => closesWith(4406, "Subprotocol not acceptable"),
  },
  {
    finds: ["compression-declined"],
    how: "no compression",
    start: async () => ({ ...(await opening((socket) => obeys(socket))), options: { wantsCompression: true } }),
  },
  {
    finds: ["compression-broken"],
    how: "compression with a parameter that there is not",
    start: async () => {
      const { authority } = await rawServer((request) => {
        const offered = request.field("Sec-WebSocket-Extensions") !== undefined;
        const extra = offered ? ["Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99"] : [];
        request.socket.write(switching(request, extra));
        obeys(request.socket);
      });
      return { url: `ws://${authority}/` };
    },
  },
  {
    finds: ["ping-no-pong"],
    how: "no pongs",
    start: async () => ({
      ...(await opening((socket) => {
        socket.on("data", (bytes: Buffer) => {
          for (const { opcode, payload } of readMasked(bytes))
            if (opcode === 0x8) socket.end(frame({ opcode, payload }));
        });
      })),
      options: { timeout: 200 },
    }),
  },
  {
    finds: ["echo-none"],
    how: "a server that only listens",
    start: async () => ({ ...(await opening((socket) => obeys(socket))), options: { echo: true, timeout: 200 } }),
  },
  {
    finds: ["echo-changed"],
    how: "a server with an answer of its own",
    seen: '"welcome"',
    start: async () => ({
      ...(await opening((socket) => obeys(socket, () => frame({ opcode: 0x1, payload: text("welcome") })))),
      options: { echo: true, timeout: 200 },
    }),
  },
  {
    finds: ["echo-ended"],
    how: "a limit on messages",
    seen: "1009",
    start: async () => ({
      ...(await opening((socket) => obeys(socket, () => closing(1009, "too big")))),
      options: { echo: true },
    }),
  },
  {
    finds: ["broken-frames"],
    how: "a frame that is masked",
    start: () =>
      opening((socket) => socket.write(frame({ opcode: 0x1, payload: text("hi"), key: Uint8Array.of(1, 2, 3, 4) }))),
  },
  {
    finds: ["idle-cut"],
    how: "a proxy that cuts silence",
    seen: "of silence: connection lost without a Close frame (1006) (TCP: closed in order)",
    start: async () => ({
      ...(await opening((socket) => {
        obeys(socket);
        const cut = setTimeout(() => socket.end(), 400);
        socket.on("data", () => cut.refresh());
      })),
      options: { idle: 5000 },
    }),
  },
  {
    finds: ["close-no-answer"],
    how: "no answer to the Close frame",
    start: async () => ({ ...(await opening((socket) => pongsOnly(socket))), options: { timeout: 200 } }),
  },
  {
    finds: ["close-without-frame"],
    how: "TCP ended in place of the Close frame",
    start: () => opening((socket) => pongsOnly(socket, () => void socket.end())),
  },
  {
    finds: ["close-lingers"],
    how: "TCP left open after the Close frames",
    start: async () => ({
      ...(await opening((socket) =>
        pongsOnly(socket, (payload) => void socket.write(frame({ opcode: 0x8, payload }))),
      )),
      options: { timeout: 200 },
    }),
  },
  { finds: ["ended-1000"], how: "a handler that returns", start: () => closesWith(1000) },
  { finds: ["ended-1001"], how: "a server that restarts", seen: "1012", start: () => closesWith(1012) },
  { finds: ["ended-1002"], how: "a server that blames us", start: () => closesWith(1003) },
  { finds: ["ended-1006"], how: "a server that crashes", start: () => opening((socket) => void socket.end()) },
  {
    finds: ["ended-1008"],
    how: "a server that wants a token",
    seen: '"token"',
    start: () => closesWith(1008, "token"),
  },
  { finds: ["ended-1009"], how: "a server that has had too much", start: () => closesWith(1009) },
  { finds: ["ended-1011"], how: "a handler that throws", start: () => closesWith(1011) },
  { finds: ["ended-application"], how: "a code of the application", seen: "4001", start: () => closesWith(4001) },
];

/** Answers pings; what it does with the Close frame is the test's. */
function pongsOnly(socket: Socket, onClose: (payload: Buffer) => void = () => {}): void {
  socket.on("data", (bytes: Buffer) => {
    for (const { opcode, payload } of readMasked(bytes)) {
      if (opcode === 0x9) socket.write(frame({ opcode: 0xa, payload }));
      if (opcode === 0x8) onClose(payload);
    }
  });
}

/** All of them, in the order of the doctor's steps. */
export const brokenServers: readonly BrokenServer[] = [...belowHttp, ...inTls, ...inAnswer, ...onceOpen];

/** URLs that a doctor warns of, whoever answers there. */
export const doubtfulUrls: readonly (readonly [id: KnowledgeId, url: string])[] = [
  ["url-without-scheme", "localhost:8765/chat"],
  ["url-http-scheme", "http://localhost:8765/chat"],
  ["url-http-scheme", "https://example.com/chat"],
  ["url-fragment", "ws://localhost:8765/chat#room"],
  ["url-without-port", "ws://localhost/chat"],
  ["url-without-port", "wss://192.168.1.20/chat"],
  ["url-plain-to-443", "ws://example.com:443/chat"],
  ["url-tls-to-80", "wss://example.com:80/chat"],
  ["url-plain-in-public", "ws://example.com/chat"],
  ["url-blocked-port", "wss://example.com:6000/chat"],
  ["url-listening-address", "ws://0.0.0.0:8765/chat"],
];
