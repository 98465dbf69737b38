/** The app under test, served over connections in memory by the same server code as over the network. */

import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { NOT_AN_APP, usageError } from "../../errors.ts";
import { createServer } from "../../hosts/node/create-server.ts";
import { NodeListener } from "../../hosts/node/node-listener.ts";
import type { ServerApp } from "../../server/app.ts";
import type { Hosted } from "../../server/host.ts";
import { HOSTED } from "../../server/host.ts";
import type { ErrorSignal } from "../../server/observing/observer.ts";
import type { Line } from "../network/line.ts";
import { later } from "../real-time.ts";
import { current, followContext } from "./current.ts";
import { ErrorLedger } from "./error-ledger.ts";
import { VisitRecord } from "./visit-record.ts";

/** An app as a test client takes it. What its sockets carry is its own affair. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyApp = ServerApp<any>;

/** Serves one app for one test client. */
export class AppSide {
  readonly hosted: Hosted;
  readonly errors = new ErrorLedger();
  /** All connections of the client that somebody may still work for. */
  readonly records = new Set<VisitRecord>();
  /** Every connection that there has been. */
  readonly #all = new WeakSet<VisitRecord>();
  readonly #server: Server;
  readonly #listener: NodeListener;
  readonly #leave: () => void;
  readonly #unwatch: () => void;
  readonly #forgetContext: () => void;

  /** Throws a `UsageError` for what is no app, and for one that has been closed. */
  constructor(app: AnyApp) {
    if (!(HOSTED in Object(app))) throw usageError(NOT_AN_APP, typeOf(app));
    const hosted = app[HOSTED];
    this.hosted = hosted;
    const followed: Hosted = { ...hosted, handshake: (handshake) => this.#enter(handshake) };
    // It never listens: connections are handed to it.
    this.#server = createServer({}, hosted.hostLimits) as Server;
    this.#listener = new NodeListener(followed, this.#server, { encrypted: false, addressed: true });
    // An upgrade that was none begins anew, and looks encrypted to who does that.
    this.#server.on("secureConnection", (stream) => this.#server.emit("connection", stream));
    this.#leave = hosted.addListener(this.#listener);
    this.#unwatch = hosted.watchErrors((signal) => this.#heard(signal));
    this.#forgetContext = followContext();
  }

  /** Whether the app takes no connection any more. */
  get isClosed(): boolean {
    return this.#listener.stopping;
  }

  /** A client connects. The record is of what the app does with it. */
  accept(line: Line, path: string): VisitRecord {
    const record = new VisitRecord(line, path);
    this.records.add(record);
    this.#all.add(record);
    current.run(record, () => {
      const stream: Duplex = line.accept();
      later(() => {
        if (this.isClosed) stream.destroy();
        else this.#server.emit("connection", stream);
      });
      stream.once("close", () => {
        void record.ended.then(() => this.records.delete(record));
      });
    });
    return record;
  }

  /** Whether a connection is, or was, one of this client's. */
  has(record: VisitRecord): boolean {
    return this.#all.has(record);
  }

  /** Serves no more; connections that are left are ended. Resolves when they are. */
  async close(): Promise<void> {
    this.#leave();
    await this.#listener.close();
    this.#unwatch();
    this.#forgetContext();
  }

  #enter(handshake: Parameters<Hosted["handshake"]>[0]): ReturnType<Hosted["handshake"]> {
    const visit = this.hosted.handshake(handshake);
    const record = current.getStore();
    if (visit !== undefined && record !== undefined) record.enter(visit);
    return visit;
  }

  #heard(signal: ErrorSignal): void {
    const own = [...this.records].find(({ id }) => id !== undefined && id === signal.id);
    const record = own ?? current.getStore();
    // What belongs to no request, such as a hook of `onDrain`, is everybody's.
    const isNobodys = record === undefined && signal.id === undefined && signal.path === undefined;
    if (isNobodys || (record !== undefined && this.has(record))) this.errors.add(signal, record);
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Object.getPrototypeOf(value)?.constructor?.name ?? "an object";
}
