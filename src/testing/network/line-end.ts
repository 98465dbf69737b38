/** One end of a connection in memory, which looks like a socket of `node:net` as far as HTTP and WebSockets look. */

import { AsyncLocalStorage } from "node:async_hooks";
import { Duplex } from "node:stream";
import type { Lane, LaneReceiver } from "./lane.ts";

/** Who is at both ends, as sockets know it. */
export interface EndAddresses {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Whether it looks as if there were TLS. */
  readonly encrypted: boolean;
}

/** Half-open, as the sockets of HTTP servers are. What comes is heard in the context in which it was made. */
export class LineEnd extends Duplex implements LaneReceiver {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteFamily: string;
  readonly localAddress: string;
  readonly localPort: number;
  /** As on `TLSSocket`: there it is `true`, elsewhere it is not there. */
  readonly encrypted?: true;
  readonly #out: Lane;
  readonly #in: Lane;
  #isReset = false;
  readonly #inContext = AsyncLocalStorage.snapshot() as (work: () => void) => void;

  constructor(lanes: { readonly out: Lane; readonly in: Lane }, addresses: EndAddresses) {
    super({ allowHalfOpen: true });
    this.remoteAddress = addresses.remoteAddress;
    this.remotePort = addresses.remotePort;
    this.remoteFamily = addresses.remoteAddress.includes(":") ? "IPv6" : "IPv4";
    this.localAddress = addresses.localAddress;
    this.localPort = addresses.localPort;
    if (addresses.encrypted) this.encrypted = true;
    this.#out = lanes.out;
    this.#in = lanes.in;
    lanes.in.receiver = this;
    // It may break before anybody listens, and shall not end the process.
    this.on("error", () => {});
  }

  laneOnBytes(bytes: Uint8Array): boolean {
    let wantsMore = true;
    this.#inContext(() => {
      wantsMore = this.destroyed || this.push(bytes);
    });
    return wantsMore;
  }

  laneOnEnd(): void {
    this.#inContext(() => {
      if (!this.destroyed) this.push(null);
      // As sockets do: whoever does not listen to data sees the end all the same, if nothing waits to be read.
      if (this.readableLength === 0) this.read(0);
    });
  }

  laneOnReset(): void {
    this.#inContext(() => void this.destroy(systemError("read", "ECONNRESET")));
  }

  /** Ends it at once, as `resetAndDestroy` of a socket does. */
  resetAndDestroy(): this {
    this.#isReset = true;
    return this.destroy();
  }

  /** Ends it behind what was written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  /** There is one request on a connection in memory, so that none is kept for longer. */
  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  address() {
    return { address: this.localAddress, port: this.localPort, family: this.remoteFamily };
  }

  override _read(): void {
    this.#in.want();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.#out.send([chunk], done);
  }

  override _writev(chunks: { readonly chunk: Uint8Array }[], done: (error?: Error) => void): void {
    this.#out.send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: () => void): void {
    this.#out.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // As the system does it: who leaves bytes unread in its buffers breaks the connection; what Node has read is read.
    const isRude = this.#isReset || this.#in.bytes > 0;
    this.#in.leave();
    if (isRude) this.#out.reset();
    else if (!this.writableFinished) this.#out.end();
    done(error);
  }
}

/** An error as the system's calls give it. */
export function systemError(syscall: string, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
