/** A socket on the server: what every socket has, and the request that it came from, its answer, and its rooms. */

import { JOIN_AFTER_END, usageError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import { readProtocols } from "../protocol/handshake/subprotocol.ts";
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
import type { RejectBody } from "./http-answer.ts";
import type { AskedRequest } from "./kept-request.ts";
import type { AcceptOptions } from "./opening.ts";
import { connectionOf, type Running } from "./running.ts";

/** The connection that a socket on the server is the face of. */
export interface ServerLink extends Link, Running {
  /** The pattern of the route. */
  readonly route: string;
  readonly params: object;
  readonly protocol: string;
  /** What was asked. Made anew at each call. */
  readonly request: AskedRequest;
  readonly rooms: Rooms<ServerSocket>;
  remoteOf(request: AskedRequest): RemoteAddress;
  /** Accepts it, if it was not answered yet. */
  begin(): void;
  accept(options?: AcceptOptions): void;
  reject(status: number, body: RejectBody | undefined, headers: AcceptOptions["headers"]): void;
}

/** What was made out of the request, since somebody asked for it. */
interface Asked {
  url?: URL;
  headers?: Headers;
  cookies?: ReadonlyMap<string, string>;
  remoteAddress?: string;
  protocols?: readonly string[];
}

/** One client's WebSocket. `Data` is what middleware puts into `socket.data`, `Params` comes from the route's path. */
export class ServerSocket<Data = Record<string, unknown>, Params = Readonly<Record<string, unknown>>>
  extends Socket
  implements Member
{
  readonly #link: ServerLink;
  #data: Data | undefined;
  #userId: string | undefined;
  #asked: Asked | undefined;

  /** Made by the app, for each handshake. */
  constructor(link: ServerLink) {
    super(link);
    this.#link = link;
  }

  /** The values in the path, by the names in the route. */
  get params(): Params {
    return this.#link.params as Params;
  }

  /** The pattern of the route, such as `/chat/:room`. */
  get route(): string {
    return this.#link.route;
  }

  /** For whatever the app wants to remember of this client: middleware fills it. */
  get data(): Data {
    this.#data ??= {} as Data;
    return this.#data;
  }

  set data(data: Data) {
    this.#data = data;
  }

  /** The client's IP address, behind the proxies that `trustProxy` names; `""` where there is none. */
  get remoteAddress(): string {
    this.#asked ??= {};
    this.#asked.remoteAddress ??= this.#link.remoteOf(this.#link.request).address;
    return this.#asked.remoteAddress;
  }

  /** The subprotocols that the client offered, by its preference. */
  get protocols(): readonly string[] {
    this.#asked ??= {};
    this.#asked.protocols ??= toProtocols(this.#link.request);
    return this.#asked.protocols;
  }

  /** The subprotocol in use, `""` if none, or not accepted yet. */
  get protocol(): string {
    return this.#link.protocol;
  }

  /** The URL that was asked for, with `ws:` or `wss:`, as the client sees it where proxies are trusted. */
  get url(): URL {
    this.#asked ??= {};
    this.#asked.url ??= toUrl(this.#link);
    return this.#asked.url;
  }

  /** The values behind the `?`. */
  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /** The headers of the request. */
  get headers(): Headers {
    this.#asked ??= {};
    this.#asked.headers ??= toHeaders(this.#link.request);
    return this.#asked.headers;
  }

  /** The cookies of the request. */
  get cookies(): ReadonlyMap<string, string> {
    this.#asked ??= {};
    this.#asked.cookies ??= parseCookies(this.headers.get("cookie"));
    return this.#asked.cookies;
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
    return quiet((async () => this.#link.accept(options))());
  }

  /**
   * Answers with this status instead (300 to 599) and, if you like, a body: text, bytes, or a value as JSON. Throws a
   * `UsageError` after the socket was accepted.
   *
   * @example
   * if (!user) return socket.reject(401, { error: "token expired" }, { "WWW-Authenticate": "Bearer" });
   */
  reject(status: number, body?: RejectBody, headers?: AcceptOptions["headers"]): void {
    this.#link.reject(status, body, headers);
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
    if (link.state === "open") roomsOf<Data>(this.#link).identified(this as unknown as ServerSocket<Data>, before);
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
    roomsOf<Data>(this.#link).toInfo(options);
    if (link.state === "connecting") this.begin();
    if (link.state !== "open") throw usageError(JOIN_AFTER_END, "join", link.state);
    return roomsOf<Data>(this.#link).join(this as unknown as ServerSocket<Data>, name, options);
  }

  /** Leaves a room; nothing if it is not in there. What was sent to the room before is still for it. */
  leave(room: RoomInput): void {
    toTopic(room);
    roomsOf<Data>(this.#link).leave(this as unknown as ServerSocket<Data>, room);
  }

  /** The names of the rooms that it is in. */
  get rooms(): ReadonlySet<string> {
    return roomsOf<Data>(this.#link).of(this as unknown as ServerSocket<Data>);
  }

  /** Everybody in this room, or in any of these, on all machines, but this socket. */
  to(rooms: RoomsInput): Audience<ServerSocket<Data>> {
    return roomsOf<Data>(this.#link).union(rooms, [this as unknown as ServerSocket<Data>]);
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

  /** What it is the face of. */
  get [connectionOf](): Running {
    return this.#link;
  }

  protected override begin(): void {
    this.#link.begin();
  }
}

/** All sockets of an app carry the same data. */
function roomsOf<Data>(link: ServerLink): Rooms<ServerSocket<Data>> {
  return link.rooms as unknown as Rooms<ServerSocket<Data>>;
}

function toUrl(link: ServerLink): URL {
  const { request } = link;
  const { secure, host } = link.remoteOf(request);
  const scheme = secure ? "wss" : "ws";
  const base = `${scheme}://${host ?? "localhost"}`;
  const target = request.target.startsWith("/") ? request.target : pathOf(request.target);
  return new URL(base + target);
}

/** RFC 9112, 3.2.2: the absolute form has its own authority; the path is what the route was chosen by. */
function pathOf(target: string): string {
  const { pathname, search } = new URL(target);
  return pathname + search;
}

/** They were read once, when the handshake was: there is nothing wrong with them. */
function toProtocols({ upgrade }: AskedRequest): readonly string[] {
  const read = readProtocols(upgrade.headers.get("sec-websocket-protocol") ?? "");
  return "protocols" in read ? read.protocols : [];
}

function toHeaders(request: AskedRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of request.headerFields()) headers.append(name, value);
  return headers;
}
