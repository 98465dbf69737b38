/** One server that listens for an app: its connections, and how it stops. Leaves to others where it listens. */

import type { Server } from "node:http";
import type { Socket } from "node:net";
import { encodeResponseHead } from "../../protocol/handshake/write-head.ts";
import type { Hosted, Stoppable } from "../../server/host.ts";
import type { ConnectionAddress } from "./connection-guard.ts";
import { ConnectionGuard } from "./connection-guard.ts";
import type { ListenServer } from "./create-server.ts";
import { Http2Sessions } from "./http2-sessions.ts";
import type { AnyResponse, Arrivals } from "./serve-app.ts";
import { serveApp } from "./serve-app.ts";

/** How the bytes of a server's connections are to be read before there is a request. */
export interface Transport {
  readonly encrypted: boolean;
  /** Unix sockets have no addresses. */
  readonly addressed: boolean;
}

/** A server and its connections. */
export class NodeListener implements Stoppable, Arrivals {
  readonly #server: ListenServer;
  readonly #sessions: Http2Sessions;
  readonly #guard: ConnectionGuard;
  readonly #transport: Transport;
  readonly #sockets = new Set<Socket>();
  readonly #onClose: (this: Socket) => void;
  readonly #closed: Promise<void>;
  /** Plain requests that are under way. */
  #responses = 0;
  #idle: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;
  #state: "open" | "stopping" = "open";

  constructor(app: Hosted, server: ListenServer, transport: Transport) {
    this.#server = server;
    this.#transport = transport;
    this.#guard = new ConnectionGuard(app.hostLimits, app.clock, transport.encrypted ? undefined : itself);
    this.#onClose = this.#closeListener();
    this.#sessions = new Http2Sessions(server);
    this.#closed = new Promise((resolve) => server.once("close", resolve));
    server.on("connection", (socket: Socket) => this.#connected(socket));
    // A connection could not be accepted: no more files can be open, for example. The others go on.
    server.on("error", (error: unknown) => app.observer.error?.({ error, where: "host" }));
    serveApp(app, server, this);
  }

  get stopping(): boolean {
    return this.#state === "stopping";
  }

  arrived(socket: ConnectionAddress): void {
    this.#guard.arrived(socket);
  }

  answering(response: AnyResponse): void {
    this.#responses++;
    response.on("close", () => {
      this.#responses--;
      // HTTP/2 servers have it, too, for their HTTP/1.1; @types/node does not say so.
      if (this.stopping) (this.#server as Server).closeIdleConnections();
      if (this.#responses === 0) this.#onIdle?.();
    });
  }

  idle(): Promise<void> {
    if (this.#responses === 0) return Promise.resolve();
    this.#idle ??= new Promise((resolve) => {
      this.#onIdle = resolve;
    });
    return this.#idle;
  }

  stop(): void {
    if (this.#state === "stopping") return;
    this.#state = "stopping";
    this.#server.close();
    this.#guard.endAll();
    this.#sessions.stop();
  }

  close(): Promise<void> {
    this.stop();
    for (const socket of this.#sockets) socket.destroy();
    return this.#closed;
  }

  /** One for all connections. */
  #closeListener(): (this: Socket) => void {
    const [sockets, guard] = [this.#sockets, this.#guard];
    return function () {
      sockets.delete(this);
      guard.arrived(this);
    };
  }

  #connected(socket: Socket): void {
    // An upgrade that was none begins anew on the same socket.
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.on("close", this.#onClose);
    const { encrypted, addressed } = this.#transport;
    // Without an address, what is inside TLS cannot be told to be this connection; Node's own timeouts have to do there.
    if (encrypted && !addressed) return;
    this.#guard.opened(socket, encrypted ? destroy : answer);
  }
}

function destroy(_status: number, socket: Socket): void {
  socket.destroy();
}

function answer(status: number, socket: Socket): void {
  socket.write(encodeResponseHead({ status, headers: [["Connection", "close"]] }));
  socket.destroySoon();
}

/** Without TLS, there is one object for a connection, whoever speaks of it. */
function itself(socket: ConnectionAddress): ConnectionAddress {
  return socket;
}
