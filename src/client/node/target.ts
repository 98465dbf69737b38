/** What a URL means for one attempt: which host or unix socket, with TLS or without, and what to ask for there. */

import { isIP } from "node:net";
import { BAD_URL, usageError } from "../../errors.ts";

/** Where a URL leads. */
export interface Target {
  readonly secure: boolean;
  readonly place: Place;
  /** The place in sentences: `example.com:443`, or the path of a unix socket. */
  readonly name: string;
  /** The name that TLS asks for and checks. */
  readonly host: string;
  /** Host and port as `Host` holds them. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
  /** What the user's name and password in the URL become, if there are any. */
  readonly authorization: string | undefined;
}

/** Who is at the other end, for sentences; its `name` also says whether it is a proxy, or behind one. */
export type Peer = Pick<Target, "name" | "host">;

/** What can be connected to. */
export type Place =
  | { readonly type: "tcp"; readonly host: string; readonly port: number }
  | { readonly type: "unix"; readonly path: string };

/** Reads a URL with one of the schemes that Node can dial. Throws a `UsageError` (`BAD_URL`) for a unix socket that is none. */
export function toTarget(url: URL): Target {
  const secure = url.protocol.startsWith("wss");
  if (isUnix(url)) {
    const { socket, path } = splitUnix(url);
    const common = { secure, host: "localhost", authority: "localhost", authorization: undefined };
    return { ...common, place: { type: "unix", path: socket }, name: socket, path };
  }
  const host = bareHost(url.hostname);
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  return {
    secure,
    place: { type: "tcp", host, port },
    name: `${url.hostname}:${port}`,
    host,
    authority: url.host,
    path: url.pathname + url.search,
    authorization: basicAuthorization(url),
  };
}

/** Whether the URL is one of a unix socket: `ws+unix:` or `wss+unix:`. */
export function isUnix({ protocol }: URL): boolean {
  return protocol.endsWith("+unix:");
}

/** `/path/of.sock:/chat?x=1`: the socket, a colon, and what to ask for; `/` if there is nothing. */
export function splitUnix(url: URL): { readonly socket: string; readonly path: string } {
  const bad = (reason: string) => usageError(BAD_URL, url.href, reason);
  if (url.host !== "") throw bad("a unix socket has no host: ws+unix:/path/of.sock:/chat");
  const [raw = "", ...rest] = url.pathname.split(":");
  const path = rest.join(":") || "/";
  const socket = decoded(raw);
  if (socket === "" || socket.includes("\0") || !path.startsWith("/")) {
    throw bad("it is not of the form ws+unix:/path/of.sock:/chat");
  }
  const length = Buffer.byteLength(socket);
  // The system would cut it, and look for another socket.
  if (length > LONGEST_PATH) throw bad(`a unix socket's path has at most ${LONGEST_PATH} bytes, this one ${length}`);
  return { socket, path: path + url.search };
}

/** `sun_path` has 108 bytes on Linux and 104 on BSD and macOS, with a NUL at the end. */
const LONGEST_PATH = process.platform === "linux" ? 107 : 103;

/** What the user's name and the password in a URL become (RFC 7617), or `undefined` without them. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`;
}

/** A host as sockets take it: IPv6 without brackets. */
export function bareHost(hostname: string): string {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(bare) ? bare : hostname;
}

/** Percent-encoding undone; what is none stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
