/** `attach` on Node: WebSockets beside whatever else a server does that is not ours. */

import type { Duplex } from "node:stream";
import { BAD_PREFIX, NO_SERVER, usageError } from "../../errors.ts";
import type { Hosted, Stoppable } from "../../server/host.ts";
import { checkNames } from "../../socket/check-options.ts";
import type { AnyServer, Mount } from "./shared-server.ts";
import { sharedServer } from "./shared-server.ts";

/** How to attach. */
export interface AttachOptions {
  /**
   * Where the app is mounted: under `/live`, its route `/chat` answers at `/live/chat`, and the app sees `/chat`. Plain HTTP
   * stays with the server. @default "": at the root
   */
  readonly prefix?: string | undefined;
}

/** An app on a server that is not ours. */
export interface Attached {
  /** Takes no new WebSocket any more. Those that are open stay, and the server goes on. */
  detach(): void;
  /** Detaches, and ends at once the WebSockets that came by this server. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Lets the app answer the upgrades of a Node server whose targets have a route in it; all others are left to the server's
 * other listeners, such as Vite's. What nobody wants gets a 404, and an upgrade that asks for no WebSocket is answered as
 * plain HTTP, as it was before. Throws a `UsageError` (`BAD_PREFIX`).
 */
export function attach(app: Hosted, server: AnyServer, options: AttachOptions = {}): Attached {
  checkNames(options, ["prefix"], "attach");
  if (typeof server?.on !== "function") throw usageError(NO_SERVER, typeof server);
  const shared = sharedServer(server);
  const mount = new AppMount(app, toPrefix(options.prefix ?? ""));
  shared.add(mount);
  const detach = () => shared.remove(mount);
  const close = () => {
    detach();
    return mount.endAll();
  };
  // While the app closes, it answers by itself: the server's own listeners would not know what to say.
  const stoppable: Stoppable = { stop: () => {}, close };
  const leave = app.addListener(stoppable);
  return {
    detach,
    close: () => {
      leave();
      return close();
    },
  };
}

function toPrefix(prefix: string): string {
  const path = prefix.replace(/\/+$/, "");
  if (path !== "" && !PREFIX.test(path)) throw usageError(BAD_PREFIX, prefix);
  return path;
}

/** A path without query, fragment and parameters: `/live`, `/api/v1`. */
const PREFIX = /^(?:\/[\x21\x22\x24-\x2e\x30-\x39\x3b-\x3e\x40-\x7e]+)+$/;

/** An app at a place, and the streams that it was given there. */
class AppMount implements Mount {
  readonly app: Hosted;
  readonly prefix: string;
  readonly #streams = new Set<Duplex>();

  constructor(app: Hosted, prefix: string) {
    this.app = app;
    this.prefix = prefix;
  }

  took(stream: Duplex): void {
    this.#streams.add(stream);
    stream.on("close", () => this.#streams.delete(stream));
  }

  async endAll(): Promise<void> {
    await Promise.all(
      Array.from(this.#streams, (stream) => {
        const closed = new Promise((resolve) => stream.on("close", resolve));
        stream.destroy();
        return closed;
      }),
    );
  }
}
