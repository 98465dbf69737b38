/** A server of bare TCP or TLS for tests: it reads the head of each request, and the test answers as it likes. */

import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { TlsOptions } from "node:tls";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";
import { acceptKey } from "../../src/protocol/handshake/accept-key.ts";
import { Inbox } from "./inbox.ts";

/** One request, and the connection that it came on. */
export interface RawRequest {
  readonly socket: Socket;
  /** With the empty line at its end, a character for a byte. */
  readonly head: string;
  /** The value of a header field; several are joined by ", ". */
  field(name: string): string | undefined;
}

/** A server that listens. */
export interface RawServer {
  readonly port: number;
  /** `127.0.0.1:port` */
  readonly authority: string;
  readonly requests: Inbox<RawRequest>;
  /** All connections so far. */
  readonly sockets: readonly Socket[];
}

/** Where and how to listen. */
export interface RawServerOptions {
  readonly tls?: TlsOptions | undefined;
  /** @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** A unix socket instead. */
  readonly path?: string | undefined;
}

/** Listens on any free port until the test is over. `answer` is called for each head; without it, requests wait in `requests`. */
export async function rawServer(
  answer: (request: RawRequest) => void = () => {},
  { tls, host = "127.0.0.1", path }: RawServerOptions = {},
): Promise<RawServer> {
  const requests = new Inbox<RawRequest>();
  const sockets: Socket[] = [];
  const onConnection = (socket: Socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    readHead(socket, (head) => {
      const request = { socket, head, field: (name: string) => fieldOf(head, name) };
      requests.push(request);
      answer(request);
    });
  };
  const options = { allowHalfOpen: true };
  const server = tls === undefined ? createServer(options, onConnection) : createTlsServer(tls, onConnection);
  server.on("tlsClientError", () => {});
  await listen(server, path === undefined ? { port: 0, host } : { path });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const port = path === undefined ? (server.address() as AddressInfo).port : 0;
  return { port, authority: `${host.includes(":") ? `[${host}]` : host}:${port}`, requests, sockets };
}

/** A TCP server that does with each connection what the test likes; until the test is over. */
export async function tcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await listen(server, { port: 0, host: "127.0.0.1" });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The answer that opens a WebSocket; `extra`: further lines `Name: value`. */
export function switching({ field }: RawRequest, extra: readonly string[] = []): string {
  const accept = acceptKey(field("sec-websocket-key") ?? "");
  const fields = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`, ...extra];
  return ["HTTP/1.1 101 Switching Protocols", ...fields, "", ""].join("\r\n");
}

/** Any other answer. */
export function answering(status: number, fields: readonly string[] = [], body = ""): string {
  return [`HTTP/1.1 ${status} Whatever`, ...fields, "", body].join("\r\n");
}

async function listen(server: Server, place: { port: number; host: string } | { path: string }): Promise<void> {
  server.listen(place);
  await once(server, "listening");
}

function readHead(socket: Socket, whole: (head: string) => void): void {
  let text = "";
  const take = (chunk: Buffer) => {
    text += chunk.toString("latin1");
    if (!text.includes("\r\n\r\n")) return;
    // What follows is the test's: frames, and the like.
    socket.off("data", take);
    whole(text);
  };
  socket.on("data", take);
}

function fieldOf(head: string, name: string): string | undefined {
  const values = head.split("\r\n").flatMap((line) => {
    const [, own = "", value = ""] = /^([^:\s]+): ?(.*)$/.exec(line) ?? [];
    return own.toLowerCase() === name.toLowerCase() ? [value] : [];
  });
  return values.length === 0 ? undefined : values.join(", ");
}
