/** WebSocket clients that cost next to nothing: a TCP socket, a handshake of one write, and frames made by hand. */

import type { Socket } from "node:net";
import { connect } from "node:net";

/** Where to connect. */
export interface RawTarget {
  readonly port: number;
  readonly path: string;
  /** The local address to come from: each has some 28,000 ports. @default the system's choice */
  readonly localAddress?: string | undefined;
}

/**
 * Resolves when the 101 has come, with nobody listening for data yet. Rejects when anything else comes. Errors that
 * come later end the socket and nothing else.
 */
export function openRaw({ port, path, localAddress }: RawTarget): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, ...(localAddress && { localAddress }) });
    socket.on("error", reject);
    const closed = () => reject(new Error(`${path} was closed before the 101`));
    socket.once("close", closed);
    let head = "";
    const onData = (chunk: Buffer) => {
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) return;
      if (!head.startsWith("HTTP/1.1 101 ")) return reject(new Error(head.slice(0, head.indexOf("\r\n"))));
      socket.off("data", onData);
      socket.off("close", closed);
      socket.pause();
      if (end + 4 < head.length) socket.unshift(Buffer.from(head.slice(end + 4), "latin1"));
      resolve(socket);
    };
    socket.on("data", onData);
    socket.write(upgradeRequest(path));
  });
}

/** The head of a request for a WebSocket. */
export function upgradeRequest(path: string, fields: readonly string[] = []): string {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...fields,
    "\r\n",
  ].join("\r\n");
}

/** A whole message, or a control frame, as a client sends it. `first`: the first byte of the frame. */
export function clientFrame(first: number, payload: Uint8Array, key: readonly number[] = [55, 250, 33, 61]): Buffer {
  const { length } = payload;
  const header =
    length < 126
      ? [first, 0x80 | length]
      : length < 65_536
        ? [first, 0x80 | 126, length >>> 8, length & 255]
        : [first, 0x80 | 127, 0, 0, 0, 0, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from([...header, ...key]), payload.map((byte, at) => byte ^ key[at & 3]!)]);
}
