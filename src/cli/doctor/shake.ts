/** One opening handshake (RFC 6455, 4.1): asks, reads, and has the answer checked as every client of Antiphon does. */

import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { DeflateAgreement, Http1SentUpgrade } from "../../protocol/index.ts";
import { checkResponse, createUpgrade, encodeRequestHead, resolveCompression } from "../../protocol/index.ts";
import type { CaseOptions, Target } from "./case.ts";
import type { Answer, HttpAnswer, NoAnswer } from "./read-answer.ts";
import { readAnswer } from "./read-answer.ts";

/** What one handshake asks for. */
export interface Wish {
  readonly subprotocols: readonly string[];
  readonly offersCompression: boolean;
  readonly headers: CaseOptions["headers"];
}

/** A WebSocket that is open. */
export interface Open {
  readonly type: "open";
  readonly stream: Duplex;
  /** Bytes that came behind the answer. */
  readonly head: Uint8Array;
  readonly headers: HttpAnswer["headers"];
  readonly protocol: string;
  readonly deflate: DeflateAgreement | null;
  readonly wish: Wish;
}

/** An answer with 101 that breaks a rule. */
export interface BadSwitch {
  readonly type: "bad-switch";
  readonly answer: HttpAnswer;
  /** The code of the error that every client of Antiphon would give. */
  readonly code: string;
  readonly message: string;
}

/** What came of it. */
export type Outcome = Open | BadSwitch | { readonly type: "refused"; readonly answer: HttpAnswer } | NoAnswer;

/** The request. Throws a `UsageError` for header fields and subprotocols that cannot be sent. */
export function toRequest(target: Target, { subprotocols, offersCompression, headers }: Wish): Http1SentUpgrade {
  const isNamed = headers.some(([name]) => name.toLowerCase() === "authorization");
  const { authorization } = target;
  const own = authorization === undefined || isNamed ? [] : [["Authorization", authorization] as const];
  return createUpgrade({
    http: 1,
    authority: target.authority,
    target: target.path,
    protocols: subprotocols,
    headers: [...own, ...headers],
    compression: resolveCompression(offersCompression),
    nonce: randomBytes(16),
  });
}

/** Shakes hands on a stream; unless it is open then, the stream is destroyed. */
export async function shake(stream: Duplex, target: Target, wish: Wish, options: CaseOptions): Promise<Outcome> {
  const sent = toRequest(target, wish);
  stream.write(encodeRequestHead(sent));
  const answer: Answer = await readAnswer(stream, options, { until: (status) => status === 101 });
  if (answer.type !== "head") return answer;
  if (!answer.isFinal) return { type: "refused", answer };
  const checked = checkResponse(sent, answer);
  if (checked.type === "open") {
    const { protocol, deflate } = checked;
    return { type: "open", stream, head: answer.rest, headers: answer.headers, protocol, deflate, wish };
  }
  stream.destroy();
  // Interim answers have been passed over.
  const { code, message } = checked.type === "fail" ? checked.error : { code: "", message: "" };
  return { type: "bad-switch", answer, code, message };
}
