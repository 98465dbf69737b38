/** The app: what users register on it, and what it offers to a host. Knows no runtime. */

import type { Hono } from "hono";
import { APP_CLOSED, BAD_MIDDLEWARE, MOUNTED_BROKER, UNKNOWN_ROUTE, usageError } from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import type { BroadcastOptions, Current } from "../rooms/audience.ts";
import { Audience, addressOf, currentOf } from "../rooms/audience.ts";
import type { Broker } from "../rooms/broker.ts";
import type { BrokerLink } from "../rooms/cluster/broker-link.ts";
import { Room } from "../rooms/room.ts";
import type { Rooms } from "../rooms/rooms.ts";
import type { RoomsInput } from "../rooms/topic.ts";
import { EVERYONE, toTopics } from "../rooms/topic.ts";
import type { Bytes } from "../socket/message-input.ts";
import { Admission } from "./admission.ts";
import { AppClock } from "./app-clock.ts";
import type { AppConfig, AppOptions } from "./app-options.ts";
import { resolveAppOptions } from "./app-options.ts";
import type { CloseOptions } from "./drain.ts";
import { drain } from "./drain.ts";
import { runErrorHooks } from "./error-hooks.ts";
import { ErrorWatch } from "./error-watch.ts";
import type { ErrorHook, Handler, Middleware, RouteOptions, SocketEvents } from "./handler.ts";
import type { Host, Hosted, StaticOptions, Stoppable } from "./host.ts";
import { HOSTED } from "./host.ts";
import { HttpSide } from "./http-side.ts";
import { Hub } from "./hub.ts";
import { pathnameOf } from "./request-target.ts";
import { toRouteKind } from "./route-kind.ts";
import { toRouteSettings } from "./route-settings.ts";
import type { AnyErrorHook, AnyEvents, AnyHandler, AnyRoute, RouteSettings } from "./routes.ts";
import { Routes } from "./routes.ts";
import type { Converter, ConverterValue } from "./routing/converter.ts";
import type { PathParams } from "./routing/path-params.ts";
import type { ServerSocket } from "./server-socket.ts";

/** A server of WebSockets, with HTTP beside them. `Data` is what middleware puts into `socket.data`. */
export class ServerApp<Data = Record<string, unknown>> {
  /** For HTTP beside the WebSockets, on the same port and paths: a Hono app. */
  readonly http: Hono;
  readonly #config: AppConfig;
  readonly #clock: AppClock;
  readonly #host: Host;
  readonly #errorWatch = new ErrorWatch();
  readonly #routes = new Routes();
  readonly #httpSide: HttpSide;
  readonly #errorHooks: AnyErrorHook[] = [];
  readonly #drainHooks: (() => unknown)[] = [];
  readonly #listeners = new Set<Stoppable>();
  readonly #ownHub: Hub;
  /** The app that this one is mounted on. */
  // biome-ignore lint/suspicious/noExplicitAny: what its sockets carry is its own affair.
  #above: ServerApp<any> | undefined;
  #closed: Promise<void> | undefined;

  /** Throws a `UsageError` that names the option that is wrong. */
  constructor(options: AppOptions, host: Host) {
    const clock = new AppClock(host.clock);
    this.#config = resolveAppOptions(options, [...host.observers, this.#errorWatch]);
    this.#clock = clock;
    this.#host = { ...host, clock, platform: { ...host.platform, now: () => clock.now() } };
    this.#ownHub = new Hub(this.#config, this.#host);
    this.#httpSide = new HttpSide({
      config: this.#config,
      hasRoute: (pathname) => this.#hasRoute(pathname),
      onError: (error, path) => this.#top.#config.observer.error?.({ error, path, where: "http" }),
    });
    this.http = this.#httpSide.hono;
  }

  /**
   * Registers a WebSocket route: `path` with typed parameters, and a handler, or events. Routes are tried in the order of
   * registration. Throws a `UsageError` for a bad path, one that is there already, and bad options.
   *
   * @example
   * app.ws("/chat/:room", async (socket) => {
   *   const room = socket.join(socket.params.room);
   *   for await (const text of socket.iterText()) room.sendText(text);
   * });
   */
  ws<Path extends string>(path: Path, handler: Handler<Data, PathParams<Path>>): this;
  ws<Path extends string>(path: Path, events: SocketEvents<Data, PathParams<Path>>): this;
  ws<Path extends string>(path: Path, options: RouteOptions, handler: Handler<Data, PathParams<Path>>): this;
  ws<Path extends string>(path: Path, options: RouteOptions, events: SocketEvents<Data, PathParams<Path>>): this;
  ws(path: string, first: RouteOptions | AnyHandler | AnyEvents, second?: AnyHandler | AnyEvents): this {
    const options = second === undefined ? {} : (first as RouteOptions);
    const does = toRouteKind(path, second ?? first);
    const route: AnyRoute = { ...does, settings: this.#settings(path, options), errorHooks: [this.#errorHooks] };
    this.#routes.add(path, route, options.name);
    return this;
  }

  /**
   * Registers a middleware, for all paths or those that match: `/chat/*` is `/chat` and all below it. It runs before the
   * handshake is answered, also of routes that were registered before; it never sees plain HTTP.
   *
   * @example
   * app.use("/chat/*", async (socket, next) => {
   *   if (!socket.query.has("token")) return socket.reject(401);
   *   await next(); // resolves when the connection has ended
   * });
   */
  use(middleware: Middleware<Data>): this;
  use(path: string, middleware: Middleware<Data>): this;
  use(first: string | Middleware<Data>, second?: Middleware<Data>): this {
    const [path, middleware] = typeof first === "string" ? [first, second] : ["/*", first];
    if (typeof middleware !== "function") throw usageError(BAD_MIDDLEWARE, path, typeof middleware);
    this.#routes.use(path, middleware);
    return this;
  }

  /**
   * Mounts another app below a prefix, which may have parameters: its WebSocket routes, middleware and hooks, its HTTP
   * routes, and its files if the prefix has no parameter. Limits and other options are those of this app; rooms and
   * sockets are shared. Nothing can be registered on the other one afterwards. Throws a `UsageError` if it has a broker.
   */
  // biome-ignore lint/suspicious/noExplicitAny: what its sockets carry is its own affair.
  route(prefix: string, other: ServerApp<any>): this {
    if (other.#config.broker !== undefined) throw usageError(MOUNTED_BROKER, prefix);
    this.#routes.mount(prefix, other.#routes, (route) => ({
      ...route,
      settings: this.#settings(route.settings.path, route.settings.own),
      errorHooks: [...route.errorHooks, this.#errorHooks],
    }));
    // Hono knows our parameters, but not their converters.
    this.http.route(prefix.replace(/<\w*>/g, ""), other.http);
    this.#httpSide.mountAll(prefix, other.#httpSide);
    this.#drainHooks.push(...other.#drainHooks);
    other.#above = this;
    return this;
  }

  /**
   * Serves the files below a folder: a path, or a URL such as `new URL("public", import.meta.url)`. Throws a `UsageError`
   * if there is no such folder.
   */
  static(urlPrefix: string, folder: string | URL, options: StaticOptions = {}): this {
    this.#httpSide.mount(urlPrefix, this.#host.serveFiles(folder, options));
    return this;
  }

  /**
   * Adds a converter of path parameters, for the paths that are registered from now on. Declare its type by merging into
   * `interface Converters`.
   */
  converter<Name extends string>(name: Name, converter: Converter<ConverterValue<Name>>): this {
    this.#routes.converters.add(name, converter);
    return this;
  }

  /** The path of the route of this name, with these values. Throws a `UsageError` for an unknown name or a bad value. */
  urlFor(name: string, params: Readonly<Record<string, unknown>> = {}): string {
    const path = this.#routes.pathOf(name, params);
    if (path === undefined) throw usageError(UNKNOWN_ROUTE, name);
    return path;
  }

  /** Calls `hook` for everything that a handler, middleware or event throws. The log has it already. */
  onError(hook: ErrorHook<Data>): this {
    this.#errorHooks.push(hook);
    return this;
  }

  /** Calls `hook` when the app begins to close, before clients are told. They wait for its promise, up to the deadline. */
  onDrain(hook: () => unknown): this {
    this.#drainHooks.push(hook);
    return this;
  }

  /** All sockets that are open now, in this process. */
  get sockets(): ReadonlySet<ServerSocket<Data>> {
    return this.#hub.sockets as ReadonlySet<unknown> as ReadonlySet<ServerSocket<Data>>;
  }

  /** The room of this name, for whoever is not in it: HTTP handlers, timers. Throws a `UsageError` for what is no name. */
  room(name: string): Room<ServerSocket<Data>> {
    return new Room(this.#rooms, { kind: "room", name });
  }

  /** All sockets of this user (`socket.identify(id)`), on all machines: what works on rooms works on them. Throws as `room`. */
  user(id: string): Room<ServerSocket<Data>> {
    return new Room(this.#rooms, { kind: "user", name: id });
  }

  /** Everybody in any of these rooms, each once, on all machines. Throws as `room`. */
  to(rooms: RoomsInput): Audience<ServerSocket<Data>> {
    return new Audience(this.#rooms, addressOf(toTopics(rooms)));
  }

  /** Sends a message to every socket of the app, on all machines. */
  broadcast(message: Message | Bytes | PreparedMessage, options?: BroadcastOptions): void {
    this.everyone.send(message, options);
  }

  /** All sockets of the app, on all machines, to send to. */
  get everyone(): Audience<ServerSocket<Data>> {
    return new Audience(this.#rooms, addressOf([EVERYONE]));
  }

  /** What joins its rooms to those of other machines, and how it stands with it. */
  get broker(): BrokerLink {
    return this.#hub.rooms.broker;
  }

  /** Whether it takes connections: for the health checks of whoever sends them. */
  get ready(): boolean {
    return this.#listeners.size > 0 && !this.#hub.isClosing;
  }

  /** Joins its rooms to those of other processes by this broker, unless it has one of its own. */
  protected joinOthers(broker: Broker): void {
    if (this.#config.broker === undefined) this.#hub.rooms.joinOthers(broker);
  }

  /** Whether it closes, or has closed. */
  protected get isClosing(): boolean {
    return this.#hub.isClosing;
  }

  /**
   * Closes: takes no more connections, runs the `onDrain` hooks, says goodbye to all clients with a hint when to come
   * back (`retry-after=<ms>` as the reason), and at the deadline ends what is left. Resolves then, always. A second call
   * gives the promise of the first. An app that is mounted is closed by the one above. Throws a `UsageError` for options
   * that cannot be.
   */
  close(options: CloseOptions = {}): Promise<void> {
    if (this.#above !== undefined) return Promise.resolve();
    const { platform, clock } = this.#host;
    const { observer } = this.#config;
    const parts = { hub: this.#hub, platform, clock, observer, listeners: this.#listeners, hooks: this.#drainHooks };
    this.#closed ??= drain(parts, options);
    return this.#closed;
  }

  /** `await using app = …`: closes at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What hosts see. */
  get [HOSTED](): Hosted {
    const { observer, limits } = this.#config;
    const admission = new Admission({
      config: this.#config,
      host: this.#host,
      routes: this.#routes,
      hub: this.#hub,
      onError: (error, socket, route) => runErrorHooks(route.errorHooks.flat(), { error, socket }, observer),
    });
    return {
      handshake: (handshake) => admission.take(handshake),
      hasRoute: (target) => this.#hasRoute(pathnameOf(target)),
      fetch: (request, env, peerAddress) => this.#httpSide.fetch(request, env, peerAddress),
      hostLimits: { ...limits, messageSize: Math.max(limits.messageSize, this.#routes.largestMessage) },
      observer,
      clock: this.#clock,
      watchErrors: (hear) => this.#errorWatch.watch(hear),
      roomListeners: () => this.#hub.rooms.presence.listeners,
      addListener: (listener) => {
        if (this.#hub.isClosing) {
          // Closed while it began to listen: `close` knew nothing of it.
          void listener.close();
          throw usageError(APP_CLOSED);
        }
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
    };
  }

  /** Whom nobody has mounted: it has the sockets, and the observer. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  get #top(): ServerApp<any> {
    return this.#above === undefined ? this : this.#above.#top;
  }

  /** Also of handles that were made before this app was mounted. */
  get #rooms(): Current<Rooms<ServerSocket<Data>>> {
    return currentOf(() => this.#hub.rooms as unknown as Rooms<ServerSocket<Data>>);
  }

  get #hub(): Hub {
    return this.#top.#ownHub;
  }

  #settings(path: string, options: RouteOptions): RouteSettings {
    return toRouteSettings({ path, options, config: this.#config, socketConfig: this.#hub.socketConfig });
  }

  #hasRoute(pathname: string): boolean {
    try {
      return this.#routes.match(pathname) !== undefined;
    } catch {
      // A converter that throws: the handshake tells.
      return true;
    }
  }
}
