/** The head of an HTTP/1.1 answer, out of a stream: interim answers are passed over, and the stream is left standing. */

import type { Duplex } from "node:stream";
import { HandshakeError, TLS_WANTED } from "../../errors.ts";
import type { HeadLimits, ResponseHead } from "../../protocol/handshake/http-head.ts";
import { HeadParser } from "../../protocol/handshake/http-head.ts";
import { connectError, makeConnectError } from "./connect-errors.ts";
import { stage } from "./stage.ts";
import type { Peer } from "./target.ts";

/**
 * Resolves with the head; what came behind it is `rest`, and what comes later waits in the stream, which is paused. Rejects
 * with a `ConnectError` when the stream ends before, with a `HandshakeError` for what is no HTTP.
 */
export function readResponseHead(stream: Duplex, peer: Peer, limits: HeadLimits): Promise<ResponseHead> {
  const failed = (cause: Error | undefined) => connectError(cause, peer, "before it answered");
  let parser = HeadParser.ofResponse(limits);
  let isFirst = true;
  return stage<ResponseHead>(stream, failed, ({ on, done, fail }) => {
    const read = (chunk: Uint8Array) => {
      let head = parser.push(chunk);
      // RFC 9110, 15.2: "A client MUST be able to parse one or more 1xx responses received prior to a final response"
      while (head?.type === "head" && head.status < 200 && head.status !== 101) {
        parser = HeadParser.ofResponse(limits);
        head = parser.push(head.rest);
      }
      return head;
    };
    on("data", (chunk: Uint8Array) => {
      if (isFirst && isTlsAlert(chunk)) return fail(makeConnectError(TLS_WANTED, undefined, peer.name));
      isFirst = false;
      const head = read(chunk);
      if (head === null) return;
      stream.pause();
      if (head.type === "head") return done(head);
      fail(
        new HandshakeError(head.error.code, `${peer.name} did not answer in HTTP: ${head.error.message}`, undefined),
      );
    });
    on("end", () => fail(failed(undefined)));
    // Paused, if another answer came before on this stream: that of a proxy.
    stream.resume();
  });
}

/** RFC 8446, 5.1: a record with ContentType alert(21), and a version of 3.x. */
function isTlsAlert(chunk: Uint8Array): boolean {
  return chunk[0] === 0x15 && chunk[1] === 3;
}
