/** The opening handshake over HTTP/2 (RFC 8441), in a session of its own on a stream that leads to the server. */

import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { connect } from "node:http2";
import type { Duplex } from "node:stream";
import { HTTP2_NOT_SPOKEN, HTTP2_STREAM_RESET, HTTP2_WITHOUT_WEBSOCKETS } from "../../errors.ts";
import type { FailedAnswer } from "../../protocol/handshake/answer.ts";
import { checkResponse } from "../../protocol/handshake/answer.ts";
import type { Http2SentUpgrade } from "../../protocol/handshake/client.ts";
import type { HeaderFields } from "../../protocol/handshake/headers.ts";
import { HeaderList } from "../../protocol/handshake/headers.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import { readBody } from "./answer-body.ts";
import type { Attempt } from "./attempt.ts";
import { connectError, makeConnectError } from "./connect-errors.ts";
import type { AnswerWish, Shaken } from "./handshake.ts";
import { untilTheEnd } from "./http-body.ts";
import { refusalError } from "./refusal.ts";
import { toHeaders } from "./request-fields.ts";
import { stage } from "./stage.ts";
import type { Peer } from "./target.ts";

/** What the session needs beside. */
export interface Http2Wish extends AnswerWish {
  readonly clock: Clock;
  /** Milliseconds for the server to end the connection, once the WebSocket is over. */
  readonly closeTimeout: number;
}

/** Makes a session, sends the request and checks the answer. Rejects with a `HandshakeError` or a `ConnectError`. */
export async function shakeHttp2(
  attempt: Attempt,
  socket: Duplex,
  sent: Http2SentUpgrade,
  wish: Http2Wish,
): Promise<Shaken> {
  const { peer, limits } = wish;
  // A session hears of the server's FIN only by the end of its socket.
  socket.allowHalfOpen = false;
  const { ":scheme": scheme, ":authority": authority } = Object.fromEntries(sent.pseudo);
  const session = connect(`${scheme}://${authority}`, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: bounded(limits.headBytes) },
    // `:status` is one of them.
    maxHeaderListPairs: bounded(limits.headers + 1),
  });
  await untilReady(session, socket, peer);
  const stream = attempt.hold(request(session, sent, peer));
  endWith(session, { stream, socket }, wish);
  const { status, headers } = await readAnswer(stream, peer);
  const opened = checkResponse(sent, { status, headers });
  if (opened.type === "open") return { stream, opened, headers: toHeaders(headers) };
  const { error } = opened as FailedAnswer;
  // RFC 8441, 4: what follows a 2xx are the bytes of the WebSocket.
  const isBare = status < 300 || wish.skipsBody(status);
  const body = isBare ? "" : await readBody(stream, { rest: NOTHING, reader: untilTheEnd() }, wish.body);
  throw refusalError(error, headers, body);
}

/** RFC 8441, 3: a client sends such requests only "upon receipt of" SETTINGS_ENABLE_CONNECT_PROTOCOL. */
async function untilReady(session: ClientHttp2Session, socket: Duplex, peer: Peer): Promise<void> {
  // For as long as they live: what their errors mean is told to whoever waits on the stream.
  session.on("error", ignore);
  socket.on("error", ignore);
  const failed = (cause: NodeJS.ErrnoException | undefined) =>
    cause?.code === "ERR_HTTP2_ERROR"
      ? makeConnectError(HTTP2_NOT_SPOKEN, cause, peer.name)
      : connectError(cause ?? socket.errored ?? undefined, peer, "in the HTTP/2 handshake");
  await stage<void>(session, failed, ({ on, done }) => on("remoteSettings", () => done()));
  if (session.remoteSettings.enableConnectProtocol) return;
  throw makeConnectError(HTTP2_WITHOUT_WEBSOCKETS, undefined, peer.name);
}

function request(session: ClientHttp2Session, sent: Http2SentUpgrade, peer: Peer): ClientHttp2Stream {
  try {
    return session.request(toOutgoing(sent), { endStream: false });
  } catch (thrown) {
    // It has said farewell already, in one breath with its settings.
    throw connectError(thrown as NodeJS.ErrnoException, peer, "in the HTTP/2 handshake");
  }
}

/** The session is there for this stream alone. A server that does not end the connection then is not waited for. */
function endWith(
  session: ClientHttp2Session,
  { stream, socket }: { readonly stream: Duplex; readonly socket: Duplex },
  { clock, closeTimeout }: Http2Wish,
): void {
  stream.on("close", () => {
    if (socket.destroyed) return;
    session.close();
    const cancel = clock.after(closeTimeout, () => socket.destroy());
    socket.on("close", cancel);
  });
}

interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
}

function readAnswer(stream: ClientHttp2Stream, peer: Peer): Promise<Answer> {
  const failed = (cause: NodeJS.ErrnoException | undefined) => {
    const { rstCode } = stream;
    const wasReset = cause?.code === "ERR_HTTP2_STREAM_ERROR" || (cause === undefined && rstCode);
    if (!wasReset) return connectError(cause, peer, "before it answered");
    return makeConnectError(HTTP2_STREAM_RESET, cause, peer.name, ERROR_NAMES[rstCode] ?? String(rstCode));
  };
  return stage<Answer>(stream, failed, ({ on, done }) => {
    on("response", (headers: IncomingHttpHeaders & { ":status"?: number }) => {
      done({ status: headers[":status"] ?? 0, headers: new HeaderList(fieldsOf(headers)) });
    });
  });
}

function fieldsOf(headers: IncomingHttpHeaders): HeaderFields {
  return Object.entries(headers).flatMap(([name, value = ""]) => {
    if (name.startsWith(":")) return [];
    return (Array.isArray(value) ? value : [String(value)]).map((one) => [name, one] as const);
  });
}

/** Several fields of one name become one; RFC 9113, 8.2.3 wants cookies apart. */
function toOutgoing({ pseudo, headers }: Http2SentUpgrade): OutgoingHttpHeaders {
  const outgoing: Record<string, string | string[]> = Object.fromEntries(pseudo);
  for (const [name, value] of headers) {
    const before = outgoing[name];
    outgoing[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  for (const [name, value] of Object.entries(outgoing)) {
    if (Array.isArray(value) && name !== "cookie") outgoing[name] = value.join(", ");
  }
  return outgoing;
}

/** RFC 9113, 7: the codes from 0 on. */
const ERROR_NAMES = (
  "NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR " +
  "REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED"
).split(" ");

/** Node takes whole numbers of 31 bits. */
function bounded(value: number): number {
  return Math.min(Math.ceil(value), 2 ** 31 - 1);
}

const NOTHING = new Uint8Array(0);

function ignore(): void {}
