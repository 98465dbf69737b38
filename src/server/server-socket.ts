/** A socket on the server: what every socket has, and the request that it came from, its answer, and its rooms. */

import { JOIN_AFTER_END, usageError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import { HeaderList } from "../protocol/handshake/headers.ts";
import type { PreparedBatch } from "../protocol/prepared-batch.ts";
import type { Audience } from "../rooms/audience.ts";
import type { Member } from "../rooms/member.ts";
import { deliver, deliverAtOnce, takesAtOnce } from "../rooms/member.ts";
import type { Room } from "../rooms/room.ts";
import type { JoinOptions, Rooms } from "../rooms/rooms.ts";
import type { RoomInput, RoomsInput } from "../rooms/topic.ts";
import { topicOf, toTopic } from "../rooms/topic.ts";
import { checkNames } from "../socket/check-options.ts";
import { millisecondsUntil } from "../socket/expiry.ts";
import type { Link } from "../socket/link.ts";
import { quiet } from "../socket/quiet.ts";
import { Socket } from "../socket/socket.ts";
import { parseCookies } from "./cookies.ts";
import type { RemoteAddress } from "./guards/remote-address.ts";
import type { Handshake } from "./host.ts";
import type { RejectBody } from "./http-answer.ts";
import type { AcceptOptions, Opening } from "./opening.ts";

/** What a socket on the server is made of. */
export interface ServerSocketParts {
  readonly link: Link;
  readonly handshake: Handshake;
  readonly opening: Opening;
  readonly remote: RemoteAddress;
  readonly protocols: readonly string[];
  readonly params: object;
  /** The pattern of the route. */
  readonly route: string;
  readonly rooms: Rooms<ServerSocket>;
}

/** One client's WebSocket. `Data` is what middleware puts into `socket.data`, `Params` comes from the route's path. */
export class ServerSocket<Data = Record<string, unknown>, Params = Readonly<Record<string, unknown>>>
  extends Socket
  implements Member
{
  /** The values in the path, by the names in the route. */
  readonly params: Params;
  /** The pattern of the route, such as `/chat/:room`. */
  readonly route: string;
  /** For whatever the app wants to remember of this client: middleware fills it. */
  data: Data = {} as Data;
  /** The client's IP address, behind the proxies that `trustProxy` names; `""` where there is none. */
  readonly remoteAddress: string;
  /** The subprotocols that the client offered, by its preference. */
  readonly protocols: readonly string[];
  readonly #parts: ServerSocketParts;
  readonly #link: Link;
  #userId: string | undefined;
  #url: URL | undefined;
  #headers: Headers | undefined;
  #cookies: ReadonlyMap<string, string> | undefined;

  /** Made by the app, for each handshake. */
  constructor(parts: ServerSocketParts) {
    super(parts.link);
    parts.link.face = this;
    this.#link = parts.link;
    this.#parts = parts;
    this.params = parts.params as Params;
    this.route = parts.route;
    this.remoteAddress = parts.remote.address;
    this.protocols = parts.protocols;
  }

  /** The subprotocol in use, `""` if none, or not accepted yet. */
  get protocol(): string {
    return this.#parts.opening.protocol;
  }

  /** The URL that was asked for, with `ws:` or `wss:`, as the client sees it where proxies are trusted. */
  get url(): URL {
    this.#url ??= toUrl(this.#parts);
    return this.#url;
  }

  /** The values behind the `?`. */
  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /** The headers of the request. */
  get headers(): Headers {
    this.#headers ??= toHeaders(this.#parts.handshake);
    return this.#headers;
  }

  /** The cookies of the request. */
  get cookies(): ReadonlyMap<string, string> {
    this.#cookies ??= parseCookies(this.headers.get("cookie"));
    return this.#cookies;
  }

  /** The request as the web's platforms know it: for libraries that want one. */
  get request(): Request {
    const url = new URL(this.url);
    url.protocol = url.protocol === "wss:" ? "https:" : "http:";
    return new Request(url, { headers: this.headers });
  }

  /**
   * Opens the WebSocket. The first send, receive, iteration or join does so by itself. Once is enough, and a second time
   * does no harm; but what can be chosen, the first one chooses: later options throw a `UsageError`. Throws a
   * `DisconnectError` if the client has left, or was rejected.
   */
  accept(options?: AcceptOptions): Promise<void> {
    return quiet((async () => this.#parts.opening.accept(options))());
  }

  /**
   * Answers with this status instead (300 to 599) and, if you like, a body: text, bytes, or a value as JSON. Throws a
   * `UsageError` after the socket was accepted.
   *
   * @example
   * if (!user) return socket.reject(401, { error: "token expired" }, { "WWW-Authenticate": "Bearer" });
   */
  reject(status: number, body?: RejectBody, headers?: AcceptOptions["headers"]): void {
    this.#parts.opening.reject(status, body, headers);
  }

  /** As every socket closes; one that was not accepted is rejected with 403. */
  override close(code?: number, reason?: string): Promise<CloseInfo> {
    if (this.state === "connecting") this.reject(403);
    return super.close(code, reason);
  }

  /** As every socket is terminated; one that was not accepted is rejected with 403. */
  override terminate(): void {
    if (this.state === "connecting") this.reject(403);
    super.terminate();
  }

  /**
   * The peer may stay until then: the socket is closed with 4401 unless this is called again. `null`: for ever. Throws a
   * `UsageError` for what is no time.
   */
  expires(until: Date | number | null): void {
    this.#link.expires(millisecondsUntil(until));
  }

  /** Whose socket it is, as `identify` said. */
  get userId(): string | undefined {
    return this.#userId;
  }

  /**
   * Says whose socket this is: `app.user(id)` reaches all sockets of a user, on all machines. Does not accept it, so that
   * middleware can say it. Again with another id: it is somebody else's now; `null`: nobody's. Throws a `UsageError` for
   * what is no id, and after the end.
   */
  identify(id: string | null): void {
    const link = this.#link;
    if (id !== null) topicOf("user", id);
    if (link.state === "closing" || link.state === "closed") throw usageError(JOIN_AFTER_END, "identify", link.state);
    const before = this.#userId;
    this.#userId = id ?? undefined;
    if (link.state === "open") this.#rooms.identified(this.#self, before);
  }

  /**
   * Enters a room, and gives it; leaving is automatic at the end. `info` is what `room.who()` shows of this socket; to join
   * again changes it. Members hear other machines as soon as `room.ready()` resolves. Throws a `UsageError` after the end,
   * and for a name that is no string, or empty.
   */
  join(name: string, options: JoinOptions = {}): Room<ServerSocket<Data>> {
    const link = this.#link;
    // What is wrong is told before anything is accepted.
    topicOf("room", name);
    checkNames(options, ["info"], "join");
    this.#rooms.toInfo(options);
    if (link.state === "connecting") this.begin();
    if (link.state !== "open") throw usageError(JOIN_AFTER_END, "join", link.state);
    return this.#rooms.join(this.#self, name, options);
  }

  /** Leaves a room; nothing if it is not in there. What was sent to the room before is still for it. */
  leave(room: RoomInput): void {
    toTopic(room);
    this.#rooms.leave(this.#self, room);
  }

  /** The names of the rooms that it is in. */
  get rooms(): ReadonlySet<string> {
    return this.#rooms.of(this.#self);
  }

  /** Everybody in this room, or in any of these, on all machines, but this socket. */
  to(rooms: RoomsInput): Audience<ServerSocket<Data>> {
    return this.#rooms.union(rooms, [this.#self]);
  }

  /** By which rooms reach it. */
  [deliver](batch: PreparedBatch): void {
    this.#link.deliver(batch);
  }

  /** Whether they may do it at once. */
  get [takesAtOnce](): boolean {
    return this.#link.takesAtOnce;
  }

  /** The same where nothing else is sent in this turn. */
  [deliverAtOnce](batch: PreparedBatch): void {
    this.#link.deliverAtOnce(batch);
  }

  /** As rooms know it: whatever its route. */
  get #self(): ServerSocket<Data> {
    return this as unknown as ServerSocket<Data>;
  }

  /** All sockets of an app carry the same data. */
  get #rooms(): Rooms<ServerSocket<Data>> {
    return this.#parts.rooms as unknown as Rooms<ServerSocket<Data>>;
  }

  protected override begin(): void {
    if (this.#parts.opening.isPending) this.#parts.opening.accept();
  }
}

function toUrl({ handshake, remote }: ServerSocketParts): URL {
  const scheme = remote.secure ? "wss" : "ws";
  const base = `${scheme}://${remote.host ?? "localhost"}`;
  const target = handshake.target.startsWith("/") ? handshake.target : pathOf(handshake.target);
  return new URL(base + target);
}

/** RFC 9112, 3.2.2: the absolute form has its own authority; the path is what the route was chosen by. */
function pathOf(target: string): string {
  const { pathname, search } = new URL(target);
  return pathname + search;
}

function toHeaders(handshake: Handshake): Headers {
  const headers = new Headers();
  for (const [name, value] of new HeaderList(handshake.headerFields())) headers.append(name, value);
  return headers;
}
