/** A proxy on TCP that does what networks and bad servers do: cuts, stalls, resets, splits, delays, answers with anything. */

import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

/** What happens once so many bytes have gone one way. The rest of them is held back. */
export interface ProxyFault {
  readonly after: number;
  /**
   * `fin`: both sides get a FIN; `reset`: both get a reset; `half`: who should have had the bytes gets a FIN, and the other
   * way goes on; `stall`: nothing, for ever; `delay`: a pause of a few milliseconds.
   */
  readonly how: "fin" | "reset" | "half" | "stall" | "delay";
}

/** What one connection goes through. */
export interface ProxyScript {
  /** From the client to the server. */
  readonly up?: ProxyFault;
  /** From the server to the client. */
  readonly down?: ProxyFault;
  /** Every byte arrives in a chunk of its own. */
  readonly isSplit?: boolean;
  /** The server is not asked: this answers instead. */
  readonly answer?: ProxyAnswer;
}

/** What comes in place of the server's answer. */
export interface ProxyAnswer {
  /** Bytes, or characters, a byte for each; or what makes them of the request. */
  readonly bytes: Uint8Array | string | ((request: string) => Uint8Array | string);
  /** Without being asked, or once the client has sent something. @default "request" */
  readonly at?: "connect" | "request";
  /** A FIN follows. @default false */
  readonly isLast?: boolean;
}

/** Listens on any free port of this machine until the test is over. */
export class FaultProxy {
  /** What the next connections go through; those behind them go through nothing. */
  readonly scripts: ProxyScript[] = [];
  /** All connections so far. */
  readonly connections: ProxiedConnection[] = [];
  readonly #server;

  private constructor(target: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      this.connections.push(new ProxiedConnection(client, target, this.scripts.shift() ?? {}));
    });
  }

  /** A proxy to a port of this machine. */
  static async to(target: number, ...scripts: ProxyScript[]): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.scripts.push(...scripts);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => proxy.close());
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that clients have not ended. */
  get open(): number {
    return this.connections.filter(({ clientIsGone }) => !clientIsGone).length;
  }

  /** Stops, and ends all connections. */
  close(): void {
    this.#server.close();
    for (const connection of this.connections) connection.destroy();
  }
}

/** One connection through the proxy. */
export class ProxiedConnection {
  /** Bytes that have gone through. */
  readonly passed = { up: 0, down: 0 };
  /** Whether the client has ended its side, or reset the connection. */
  clientIsGone = false;
  readonly #client: Socket;
  readonly #server: Socket | undefined;
  readonly #script: ProxyScript;
  #isOver = false;

  constructor(client: Socket, target: number, script: ProxyScript) {
    this.#client = client;
    this.#script = script;
    for (const event of ["end", "close"]) {
      client.on(event, () => {
        this.clientIsGone = true;
      });
    }
    client.on("error", () => {});
    if (script.answer !== undefined) {
      this.#answer(script.answer);
      return;
    }
    this.#server = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    this.#server.on("error", () => {});
    this.#carry("up", client, this.#server);
    this.#carry("down", this.#server, client);
  }

  /** Ends it without a word. */
  destroy(): void {
    this.#isOver = true;
    this.#client.destroy();
    this.#server?.destroy();
  }

  #answer({ bytes, at = "request", isLast = false }: ProxyAnswer): void {
    const client = this.#client;
    const say = (request: string) => {
      const answer = typeof bytes === "function" ? bytes(request) : bytes;
      this.#write(client, typeof answer === "string" ? Buffer.from(answer, "latin1") : answer);
      if (isLast) client.end();
    };
    if (at === "connect") say("");
    else client.once("data", (request: Buffer) => say(request.toString("latin1")));
    client.on("data", () => {});
    client.on("end", () => client.end());
  }

  #carry(way: "up" | "down", from: Socket, to: Socket): void {
    const fault = this.#script[way];
    let left = fault?.after ?? Number.POSITIVE_INFINITY;
    from.on("end", () => !this.#isOver && to.end());
    from.on("close", () => !this.#isOver && to.destroy());
    if (left === 0 && fault!.how !== "delay") return this.#strike(fault!.how, from, to);
    from.on("data", (chunk: Buffer) => {
      const part = chunk.subarray(0, Math.min(left, chunk.length));
      left -= part.length;
      this.passed[way] += part.length;
      this.#write(to, part);
      if (left > 0 || fault === undefined) return;
      from.removeAllListeners("data");
      if (fault.how !== "delay") return this.#strike(fault.how, from, to);
      from.pause();
      setTimeout(() => {
        this.#write(to, chunk.subarray(part.length));
        from.on("data", (more: Buffer) => this.#write(to, more));
        from.resume();
      }, 5);
    });
  }

  #write(to: Socket, bytes: Uint8Array): void {
    if (this.#isOver || bytes.length === 0) return;
    if (this.#script.isSplit !== true) return void to.write(bytes);
    for (const byte of bytes) to.write(Uint8Array.of(byte));
  }

  #strike(how: Exclude<ProxyFault["how"], "delay">, from: Socket, to: Socket): void {
    switch (how) {
      // What still comes this way goes nowhere.
      case "half":
        to.end();
        return void from.resume();
      case "stall":
        return void from.resume();
      case "fin":
        this.#isOver = true;
        for (const end of [from, to]) end.end();
        return void from.resume();
      default:
        this.#isOver = true;
        for (const end of [from, to]) end.resetAndDestroy();
    }
  }
}
