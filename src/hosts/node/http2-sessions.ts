/** The HTTP/2 connections of a server: those that carry nothing for a while end, and all are told to go when it stops. */

import type { ServerHttp2Session } from "node:http2";
import type { ListenServer } from "./create-server.ts";

/** Node's HTTP/1.1 has a timeout for idle connections; its HTTP/2 has none. */
export class Http2Sessions {
  readonly #sessions = new Set<ServerHttp2Session>();
  #state: "open" | "stopped" = "open";

  constructor(server: ListenServer) {
    server.on("session", (session: ServerHttp2Session) => this.#add(session));
  }

  /** No new stream any more: a GOAWAY. Those that are open go on, and the last one ends its connection. */
  stop(): void {
    this.#state = "stopped";
    for (const session of this.#sessions) session.close();
  }

  #add(session: ServerHttp2Session): void {
    let streams = 0;
    this.#sessions.add(session);
    session.on("stream", (stream) => {
      streams++;
      stream.on("close", () => streams--);
    });
    session.setTimeout(IDLE);
    // Comes again after further activity, such as the end of the last stream.
    session.on("timeout", () => {
      if (streams === 0) session.close();
    });
    session.on("close", () => this.#sessions.delete(session));
    if (this.#state === "stopped") session.close();
  }
}

/** Milliseconds without a stream, and without a byte. Browsers come back within seconds or not at all. */
const IDLE = 60_000;
