/** The opening handshake of the raw peer, in both roles (RFC 6455, 4): written by hand, the key proved by node:crypto. */

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { readAgreement } from "./raw-deflate.ts";
import { DEADLINE, RawPeer } from "./raw-peer.ts";

/** The head of an HTTP message, its lines apart. */
export interface Head {
  /** The request line or the status line. */
  readonly start: string;
  /** The fields by lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  /** What came behind the head. */
  readonly rest: Buffer;
}

/** A raw client that has shaken hands with a server on this port. */
export async function connectRaw(port: number, extensions = ""): Promise<{ peer: RawPeer; answer: string }> {
  const socket = await dial(port);
  const key = randomBytes(16).toString("base64");
  socket.write(
    upgradeRequest({ "Sec-WebSocket-Key": key, ...(extensions && { "Sec-WebSocket-Extensions": extensions }) }),
  );
  const { start, fields, rest } = await readHead(socket);
  const answer = fields.get("sec-websocket-extensions") ?? "";
  const proof = fields.get("sec-websocket-accept");
  if (!start.startsWith("HTTP/1.1 101 ") || proof !== proofOf(key))
    throw new Error(`not opened: ${start}, accept ${proof}`);
  return { peer: new RawPeer(socket, { role: "client", deflate: readAgreement(answer), rest }), answer };
}

/** A raw server for one client: `peer` comes when that has shaken hands, and is answered with `extensions`. */
export async function listenRaw(extensions = ""): Promise<{ port: number; peer: Promise<RawPeer>; close(): void }> {
  const { server, port, client } = await listenTcp();
  const peer = client.then(async (socket) => {
    const { start, fields, rest } = await readHead(socket);
    const [method, , version] = start.split(" ");
    const key = fields.get("sec-websocket-key") ?? "";
    const right =
      method === "GET" &&
      version === "HTTP/1.1" &&
      fields.get("host") === `127.0.0.1:${port}` &&
      fields.get("upgrade") === "websocket" &&
      fields.get("connection") === "Upgrade" &&
      fields.get("sec-websocket-version") === "13" &&
      Buffer.from(key, "base64").length === 16;
    if (!right) throw new Error(`no request of RFC 6455, 4.1: ${start}, ${JSON.stringify([...fields])}`);
    socket.write(upgradeResponse(key, extensions && { "Sec-WebSocket-Extensions": extensions }));
    return new RawPeer(socket, { role: "server", deflate: readAgreement(extensions), rest });
  });
  peer.catch(() => {});
  return { port, peer, close: () => server.close() };
}

/** A TCP server on a free port, and its first connection. */
export async function listenTcp(): Promise<{ server: Server; port: number; client: Promise<Socket> }> {
  const server = createServer({ allowHalfOpen: true });
  const client = once(server, "connection").then(([socket]) => socket as Socket);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port, client };
}

/** A TCP connection to 127.0.0.1 that stays half open when the other side ends. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** Reads up to the end of a head; the socket is paused behind it. */
export async function readHead(socket: Socket): Promise<Head> {
  let bytes = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(new Error(`no head within ${DEADLINE} ms: ${bytes}`)), DEADLINE);
  try {
    for (;;) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end >= 0) return { ...parseHead(bytes.toString("latin1", 0, end)), rest: bytes.subarray(end + 4) };
      const chunk: Buffer | null = socket.read();
      if (chunk !== null) bytes = Buffer.concat([bytes, chunk]);
      else if (socket.readableEnded) throw new Error(`TCP ended inside the head: ${bytes}`);
      else await Promise.race([once(socket, "readable"), once(socket, "end")]);
    }
  } finally {
    clearTimeout(timer);
    socket.removeAllListeners("readable");
  }
}

/** A request that opens a WebSocket; a field that is `undefined` is left out. */
export function upgradeRequest(fields: Record<string, string | undefined> = {}, start = "GET / HTTP/1.1"): string {
  return writeHead(start, {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...fields,
  });
}

/** A response that opens a WebSocket, but for the fields that are given. */
export function upgradeResponse(key: string, fields: Record<string, string | undefined> | "" = {}): string {
  return writeHead("HTTP/1.1 101 Switching Protocols", {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Accept": proofOf(key),
    ...(fields || {}),
  });
}

/** RFC 6455, 4.2.2: the key and a fixed string, hashed. */
export function proofOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

function writeHead(start: string, fields: Record<string, string | undefined>): string {
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `${[start, ...lines].join("\r\n")}\r\n\r\n`;
}

function parseHead(head: string): { start: string; fields: Map<string, string> } {
  const [start = "", ...lines] = head.split("\r\n");
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { start, fields: new Map(fields) };
}
