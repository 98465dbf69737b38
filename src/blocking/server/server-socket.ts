/** A blocking socket on the server: what every socket has, the request that it came from, and its rooms. */

import { parseCookies } from "../../server/cookies.ts";
import { checkNames } from "../../socket/check-options.ts";
import { BlockingSocket } from "../blocking-socket.ts";
import type { Caller } from "../lane/caller.ts";
import { toHeaders } from "../lane/error-record.ts";
import { BlockingAudience, BlockingRoom, toNames } from "./blocking-room.ts";
import type { Visit } from "./visit.ts";

/** One client's WebSocket, in the thread that handles it. Made by `serve`. */
export class BlockingServerSocket<Params = Readonly<Record<string, unknown>>> extends BlockingSocket {
  /** A random name, the same for life: for logs and lists. */
  readonly id: string;
  /** The subprotocol in use, `""` if none. */
  readonly protocol: string;
  /** The subprotocols that the client offered, by its preference. */
  readonly protocols: readonly string[];
  /** The values in the path, by the names in `path` of `serve`. */
  readonly params: Params;
  /** The client's IP address, behind the proxies that `trustProxy` names. */
  readonly remoteAddress: string;
  /** What `use` of `serve` put there: a copy, which is this thread's. */
  readonly data: Record<string, unknown>;
  readonly #visit: Visit;
  #url: URL | undefined;
  #headers: Headers | undefined;
  #cookies: ReadonlyMap<string, string> | undefined;

  /** For `serve`. */
  constructor(caller: Caller, visit: Visit) {
    super(caller, JSON);
    this.#visit = visit;
    this.id = visit.id;
    this.protocol = visit.protocol;
    this.protocols = visit.protocols;
    this.params = visit.params as Params;
    this.remoteAddress = visit.remoteAddress;
    this.data = visit.data as Record<string, unknown>;
  }

  /** The URL that was asked for, with `ws:` or `wss:`. */
  get url(): URL {
    this.#url ??= new URL(this.#visit.url);
    return this.#url;
  }

  /** Its path: `/chat/lobby`. */
  get path(): string {
    return this.url.pathname;
  }

  /** The values behind the `?`. */
  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /** The headers of the request. */
  get headers(): Headers {
    this.#headers ??= toHeaders(this.#visit.headers);
    return this.#headers;
  }

  /** The cookies of the request. */
  get cookies(): ReadonlyMap<string, string> {
    this.#cookies ??= parseCookies(this.headers.get("cookie"));
    return this.#cookies;
  }

  /**
   * Enters a room, and gives it; leaving is automatic at the end. `info` is what `room.who()` shows of this socket: plain
   * data. Throws a `UsageError` after the end, and for a name that is no string, or empty.
   */
  join(name: string, options: { readonly info?: unknown } = {}): BlockingRoom {
    checkNames(options, ["info"], "join");
    const [room] = toNames(name) as [string];
    this.caller.ask("join", room, options);
    return new BlockingRoom(this.caller, room);
  }

  /** Leaves a room; nothing if it is not in there, or after the end. */
  leave(name: string): void {
    const [room] = toNames(name) as [string];
    this.caller.askUnlessOver(() => this.caller.ask("leave", room));
  }

  /** The names of the rooms that it is in. */
  get rooms(): ReadonlySet<string> {
    return new Set(this.caller.askUnlessOver(() => this.caller.ask("rooms") as string[]) ?? []);
  }

  /** The room of this name, for whoever is not in it, too. */
  room(name: string): BlockingRoom {
    const [room] = toNames(name) as [string];
    return new BlockingRoom(this.caller, room);
  }

  /** Everybody in this room, or in any of these, but this socket. */
  to(rooms: string | Iterable<string>): BlockingAudience {
    return new BlockingAudience(this.caller, { rooms: toNames(rooms), withSelf: false });
  }
}
