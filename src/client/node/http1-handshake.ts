/** The opening handshake over HTTP/1.1 (RFC 6455, 4.1), on a stream that leads to the server. */

import type { Duplex } from "node:stream";
import type { FailedAnswer } from "../../protocol/handshake/answer.ts";
import { checkResponse } from "../../protocol/handshake/answer.ts";
import type { Http1SentUpgrade } from "../../protocol/handshake/client.ts";
import { encodeRequestHead } from "../../protocol/handshake/write-head.ts";
import { readBody } from "./answer-body.ts";
import type { AnswerWish, Shaken } from "./handshake.ts";
import { bodyReader } from "./http-body.ts";
import { refusalError } from "./refusal.ts";
import { toHeaders } from "./request-fields.ts";
import { readResponseHead } from "./response-head.ts";

/** Sends the request and checks the answer. Rejects with a `HandshakeError`, or a `ConnectError` where there was no answer. */
export async function shakeHttp1(stream: Duplex, sent: Http1SentUpgrade, wish: AnswerWish): Promise<Shaken> {
  stream.write(encodeRequestHead(sent));
  const head = await readResponseHead(stream, wish.peer, wish.limits);
  const { status, headers, rest } = head;
  const opened = checkResponse(sent, head);
  if (opened.type === "open") return { stream, head: rest, opened, headers: toHeaders(headers) };
  // Interim answers have been passed over.
  const { error } = opened as FailedAnswer;
  const body = wish.skipsBody(status) ? "" : await readBody(stream, { rest, reader: bodyReader(head) }, wish.body);
  throw refusalError(error, headers, body);
}
