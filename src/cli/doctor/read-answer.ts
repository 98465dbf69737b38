/** The answer to an HTTP/1.1 request, read from a stream with all that can be wrong with it. Judges nothing. */

import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { ResponseHead } from "../../protocol/index.ts";
import { defaultLimits, HeadParser } from "../../protocol/index.ts";
import type { Patience } from "./deadline.ts";
import { beforeDeadline, LATE } from "./deadline.ts";

/** An answer in HTTP. */
export interface HttpAnswer {
  readonly type: "head";
  readonly status: number;
  /** The reason phrase: the server's, or the usual one. */
  readonly reason: string;
  readonly headers: ResponseHead["headers"];
  /** What came of the body, as text; `""` for an answer after which the stream is the caller's. */
  readonly body: string;
  /** Bytes behind the head, for such an answer. */
  readonly rest: Uint8Array;
  /** Whether it is such an answer. */
  readonly isFinal: boolean;
}

/** No answer in HTTP. */
export interface NoAnswer {
  /** `late`: nothing, or not enough, in time. `ended`: the connection is over. `garbage`: no HTTP. */
  readonly type: "late" | "ended" | "garbage";
  /** What came all the same, its beginning. */
  readonly bytes: Uint8Array;
  /** The system's word for how it ended: `ECONNRESET`, say. */
  readonly code?: string | undefined;
  /** What is wrong with it as HTTP. */
  readonly problem?: string | undefined;
}

/** What was answered. */
export type Answer = HttpAnswer | NoAnswer;

/**
 * Reads one answer. After one with a status for which `until` is true, the stream is paused and what follows is the caller's;
 * else the beginning of the body is read, and the stream destroyed.
 */
export async function readAnswer(
  stream: Duplex,
  patience: Patience,
  { until }: { readonly until: (status: number) => boolean },
): Promise<Answer> {
  const reader = new AnswerReader(stream, until);
  try {
    const answer = await beforeDeadline(reader.head(), patience);
    if (answer === LATE) return reader.failed("late");
    if (answer.type !== "head" || answer.isFinal) return answer;
    const body = await reader.body(answer.rest, Math.min(patience.timeout, BODY_PATIENCE), patience.signal);
    return { ...answer, body };
  } finally {
    if (!reader.handedOver) stream.destroy();
    reader.leave();
  }
}

/** For the body, which is for people to read: a page that is slow is not worth waiting for. */
const BODY_PATIENCE = 1000;
const MOST_BYTES = 8 * 1024;

class AnswerReader {
  /** Whether the stream is the caller's now. */
  handedOver = false;
  readonly #stream: Duplex;
  readonly #until: (status: number) => boolean;
  readonly #listeners: [event: string, listener: (...args: never[]) => void][] = [];
  #parser = HeadParser.ofResponse(defaultLimits);
  #bytes = Buffer.alloc(0);

  constructor(stream: Duplex, until: (status: number) => boolean) {
    this.#stream = stream;
    this.#until = until;
  }

  head(): Promise<Answer> {
    return new Promise((resolve) => {
      this.#on("data", (chunk: Buffer) => {
        const answer = this.#push(chunk);
        if (answer === undefined) return;
        this.#stream.pause();
        this.leave();
        resolve(answer);
      });
      this.#on("end", () => resolve(this.failed("ended")));
      this.#on("close", () => resolve(this.failed("ended")));
      this.#on("error", ({ code, message }: NodeJS.ErrnoException) => {
        resolve({ ...this.failed("ended"), code: code ?? message });
      });
      // Paused, if another answer came before on this stream: that of a proxy.
      this.#stream.resume();
    });
  }

  failed(type: NoAnswer["type"], problem?: string): NoAnswer {
    return { type, bytes: this.#bytes.subarray(0, 200), problem };
  }

  /** What comes of the body within a time, or up to its end. */
  async body(rest: Uint8Array, timeout: number, signal: AbortSignal | undefined): Promise<string> {
    let bytes = Buffer.from(rest);
    const whole = new Promise<void>((resolve) => {
      this.#on("data", (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (bytes.length >= MOST_BYTES || this.#isWhole(bytes)) resolve();
      });
      for (const event of ["end", "close", "error"]) this.#on(event, () => resolve());
      if (this.#isWhole(bytes)) resolve();
    });
    this.#stream.resume();
    await beforeDeadline(whole, { timeout, signal });
    return bytes.subarray(0, MOST_BYTES).toString("utf8");
  }

  /** Lets go of the stream. */
  leave(): void {
    for (const [event, listener] of this.#listeners.splice(0)) this.#stream.off(event, listener as () => void);
  }

  #length = Number.POSITIVE_INFINITY;

  #isWhole(bytes: Uint8Array): boolean {
    return bytes.length >= this.#length;
  }

  #push(chunk: Buffer): Answer | undefined {
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(0, 200)]).subarray(0, 200);
    let head = this.#parser.push(chunk);
    // RFC 9110, 15.2: interim answers come before the final one.
    while (head?.type === "head" && head.status < 200 && head.status !== 101) {
      this.#parser = HeadParser.ofResponse(defaultLimits);
      head = this.#parser.push(head.rest);
    }
    if (head === null) return undefined;
    if (head.type === "fail") return this.failed("garbage", head.error.message);
    const { status, headers, rest } = head;
    this.handedOver = this.#until(status);
    const length = headers.get("content-length");
    if (length !== undefined) this.#length = Number(length);
    if (status === 204 || status === 304) this.#length = 0;
    const reason = head.reason || STATUS_CODES[status] || "";
    return { type: "head", status, reason, headers, body: "", rest, isFinal: this.handedOver };
  }

  #on(event: string, listener: (...args: never[]) => void): void {
    this.#listeners.push([event, listener]);
    this.#stream.on(event, listener as () => void);
  }
}
