/** All connections of one test client, in memory. */

import type { LineOptions } from "./line.ts";
import { Line } from "./line.ts";
import { mayGo, stay } from "./stay.ts";

/** Makes connections, and knows those that are not closed yet. */
export class Network {
  readonly #lines = new Set<Line>();
  #count = 0;

  /** A connection; the server's end is yet to be accepted. */
  open(options: Omit<LineOptions, "number" | "port">): Line {
    made++;
    const line = new Line({ ...options, number: this.#count++, port: FIRST_PORT + (made % PORTS) });
    this.#lines.add(line);
    stay();
    line.client.once("close", () => {
      void line.closed.then(() => this.#lines.delete(line));
      mayGo();
    });
    return line;
  }

  /** Those that are not closed at both ends. */
  get lines(): ReadonlySet<Line> {
    return this.#lines;
  }
}

/** Of all networks: an app tells connections from each other by address and port. */
let made = 0;
/** Those that systems give to clients. */
const FIRST_PORT = 32_768;
const PORTS = 28_232;
