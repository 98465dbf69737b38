/** What is kept of a request while its WebSocket lives: one string, out of which everything is made anew for who asks. */

import { type HeaderFields, HeaderList, type HeaderSource } from "../protocol/handshake/headers.ts";
import type { DirectRequest } from "./guards/remote-address.ts";
import type { Handshake } from "./host.ts";

/** A request, as its socket shows it: the handshake while that waits for its answer, then what was kept of it. */
export interface AskedRequest
  extends Pick<Handshake, "target" | "peerAddress" | "secure" | "headerFields" | "rawHeaders"> {
  readonly upgrade: { readonly httpVersion: string; readonly headers: HeaderSource };
}

/** The same, as the options for proxies judge it. */
export function toDirectRequest(request: AskedRequest): DirectRequest {
  return new Direct(request);
}

/** The address is asked for only by those who want it: on Node, that is a system call. */
class Direct implements DirectRequest {
  readonly #request: AskedRequest;
  readonly secure: boolean;
  readonly host: string | null;
  readonly headers: HeaderSource;

  constructor(request: AskedRequest) {
    const { headers } = request.upgrade;
    this.#request = request;
    this.secure = request.secure;
    this.host = headers.get("host") ?? headers.get(":authority") ?? null;
    this.headers = headers;
  }

  get peer(): string {
    return this.#request.peerAddress;
  }
}

/** How it was answered. */
export interface Answered {
  /** The subprotocol in use, `""` if none. */
  readonly protocol: string;
  /** Whether messages may be compressed. */
  readonly compressed: boolean;
}

/**
 * A line for each thing. Fields that every request has are one letter, and what most of them say is left out: objects, names
 * and all, they would be four times as much as the rest of an idle connection.
 */
export function packRequest(request: AskedRequest, { protocol, compressed }: Answered): string {
  const { httpVersion } = request.upgrade;
  const flags = (request.secure ? SECURE : 0) + (compressed ? COMPRESSED : 0);
  const lines = [`${flags}${httpVersion}`, protocol, request.target, request.peerAddress];
  if (request.rawHeaders === undefined) {
    for (const [name, value] of request.headerFields()) lines.push(packField(name, value));
  } else {
    const { rawHeaders } = request;
    for (let at = 0; at < rawHeaders.length; at += 2) lines.push(packField(rawHeaders[at]!, rawHeaders[at + 1]!));
  }
  // It makes one piece of memory of them, where `+` would keep all the pieces.
  return lines.join("\n");
}

function packField(name: string, value: string): string {
  const known = KNOWN.get(name) ?? KNOWN.get(name.toLowerCase());
  // Nothing behind a letter stands for what is usual; where that is not nothing, an empty value has to be written out.
  if (known === undefined || (value === "" && known.usual !== undefined)) return `:${name.toLowerCase()}:${value}`;
  return value === known.usual ? known.code : known.code + value;
}

/** Reads what `packRequest` wrote. */
export class KeptRequest implements AskedRequest, Answered {
  readonly target: string;
  readonly peerAddress: string;
  readonly secure: boolean;
  readonly protocol: string;
  readonly compressed: boolean;
  readonly upgrade: AskedRequest["upgrade"];
  readonly #fields: HeaderFields;

  constructor(packed: string) {
    const [first = "", protocol = "", target = "", peerAddress = "", ...fields] = packed.split("\n");
    const flags = Number(first.charAt(0));
    this.secure = (flags & SECURE) !== 0;
    this.compressed = (flags & COMPRESSED) !== 0;
    this.protocol = protocol;
    this.target = target;
    this.peerAddress = peerAddress;
    this.#fields = fields.map(toField);
    this.upgrade = { httpVersion: first.slice(1), headers: new HeaderList(this.#fields) };
  }

  headerFields(): HeaderFields {
    return this.#fields;
  }
}

function toField(line: string): readonly [name: string, value: string] {
  if (line.startsWith(":")) {
    const end = line.indexOf(":", 1);
    return [line.slice(1, end), line.slice(end + 1)];
  }
  const name = NAMES[line.charCodeAt(0) - FIRST_CODE] ?? "";
  return [name, line.length === 1 ? (USUAL[name] ?? "") : line.slice(1)];
}

const SECURE = 1;
const COMPRESSED = 2;

/** What browsers and programs send. */
const NAMES = [
  "host",
  "connection",
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
  "origin",
  "user-agent",
  "cookie",
  "authorization",
  "pragma",
  "cache-control",
  "accept",
  "accept-encoding",
  "accept-language",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-real-ip",
  "forwarded",
  "via",
] as const;
const FIRST_CODE = "a".charCodeAt(0);
/** What an empty value stands for. */
const USUAL: Readonly<Record<string, string | undefined>> = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-extensions": "permessage-deflate; client_max_window_bits",
  pragma: "no-cache",
  "cache-control": "no-cache",
};
/** By the name in lower case, and as clients write it: then nothing has to be made of it. */
const KNOWN: ReadonlyMap<string, { readonly code: string; readonly usual: string | undefined }> = new Map(
  NAMES.flatMap((name, at) => {
    const known = { code: String.fromCharCode(FIRST_CODE + at), usual: USUAL[name] };
    const written = name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
    return [name, written, written.replace("Websocket", "WebSocket")].map((spelling) => [spelling, known] as const);
  }),
);
