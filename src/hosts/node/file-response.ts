/** What the package `send` takes for Node's response to a request: it becomes a WHATWG `Response`. */

import type { TransformCallback } from "node:stream";
import { Readable, Transform } from "node:stream";

/** Headers, and a stream for the body. */
export class FileResponse extends Transform {
  statusCode = 200;
  readonly headersSent = false;
  readonly #headers = new Map<string, string>();
  #body: "none" | "stream" = "none";
  #size = 0;

  constructor() {
    super();
    // Whoever reads the body hears of it there.
    this.on("error", () => {});
  }

  setHeader(name: string, value: string | number): void {
    this.#headers.set(name.toLowerCase(), String(value));
  }

  getHeader(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  getHeaderNames(): string[] {
    return [...this.#headers.keys()];
  }

  /** Calls `listener` when status and headers are final: the file is open, or there is no body. */
  onHead(listener: () => void): void {
    this.once("head", listener);
    this.once("finish", () => this.emit("head"));
  }

  /** The body will be `content`; it ends when we do. `send` sees only to the other way round. */
  carry(content: Readable): void {
    this.#body = "stream";
    content.once("open", () => this.emit("head"));
    this.on("close", () => content.destroy());
  }

  /** Call it when the head is final. */
  toResponse(): Response {
    const init = { status: this.statusCode, headers: [...this.#headers] };
    if (this.#body === "none") return new Response(null, init);
    return new Response(Readable.toWeb(this) as ReadableStream, init);
  }

  override _transform(chunk: Uint8Array, _encoding: string, callback: TransformCallback): void {
    this.#size += chunk.length;
    callback(null, chunk);
  }

  /** A file that became shorter while it was sent must not leave the client waiting for the rest. */
  override _flush(callback: TransformCallback): void {
    const isWhole = this.#body === "none" || this.#size >= Number(this.getHeader("content-length"));
    callback(isWhole ? null : new Error("the file became shorter while it was sent"));
  }
}
