/** Where the body of an HTTP/1.1 answer ends (RFC 9112, 6 and 7.1): by length, chunked, or with the stream. Reads no stream. */

import type { HeaderSource } from "../../protocol/handshake/headers.ts";
import { listHolds } from "../../protocol/http-token.ts";

/** Takes the pieces of a body out of what comes. */
export interface BodyReader {
  /** The pieces that this chunk holds; views on it. */
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** Whether nothing of the body is still to come. */
  readonly over: boolean;
}

/** What an answer says of its body (RFC 9112, 6.3). */
export function bodyReader({ status, headers }: { status: number; headers: HeaderSource }): BodyReader {
  // RFC 9112, 6.3, 1: "any response with a 1xx (Informational), 204 (No Content), or 304 (Not Modified) status code"
  if (status < 200 || status === 204 || status === 304) return new SizedBody(0);
  const coding = headers.get("transfer-encoding");
  if (coding != null) return listHolds(coding, "chunked") ? new ChunkedBody() : untilTheEnd();
  const length = headers.get("content-length") ?? "";
  return /^\d+$/.test(length) ? new SizedBody(Number(length)) : untilTheEnd();
}

/** A body that ends with its stream. */
export function untilTheEnd(): BodyReader {
  return new SizedBody(Number.POSITIVE_INFINITY);
}

class SizedBody implements BodyReader {
  #left: number;

  constructor(size: number) {
    this.#left = size;
  }

  get over(): boolean {
    return this.#left === 0;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    const piece = chunk.subarray(0, Math.min(chunk.length, this.#left));
    this.#left -= piece.length;
    return [piece];
  }
}

/** Trailers are not looked at; what is malformed ends the body. */
class ChunkedBody implements BodyReader {
  #state: "size" | "data" | "line end" | "over" = "size";
  /** The line with the size, as far as it came. */
  #line = "";
  /** Bytes of the chunk at hand. */
  #left = 0;

  get over(): boolean {
    return this.#state === "over";
  }

  push(bytes: Uint8Array): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length && !this.over; ) {
      if (this.#state === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        pieces.push(piece);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#begin("line end");
      } else this.#takeByte(bytes[at++]!);
    }
    return pieces;
  }

  /** A byte of the line with the size, or of the line end behind the data. */
  #takeByte(byte: number): void {
    if (byte !== LF) {
      this.#line += String.fromCharCode(byte);
      if (this.#line.length > LONGEST_LINE) this.#begin("over");
    } else if (this.#state === "line end") this.#begin("size");
    else {
      // RFC 9112, 7.1: chunk-size = 1*HEXDIG, and extensions behind a semicolon.
      const [, size = "0"] = /^([0-9a-f]{1,12})[\t ]*(?:;.*)?\r?$/i.exec(this.#line) ?? [];
      this.#left = Number.parseInt(size, 16);
      this.#begin(this.#left === 0 ? "over" : "data");
    }
  }

  #begin(state: "size" | "data" | "line end" | "over"): void {
    this.#line = "";
    this.#state = state;
  }
}

const LF = 0x0a;
const LONGEST_LINE = 1024;
