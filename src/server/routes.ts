/** What an app was told to do with which path: routes and middleware, its own and those of the apps mounted on it. */

import { APP_MOUNTED, usageError } from "../errors.ts";
import type { Limits } from "../protocol/limits.ts";
import type { SocketConfig } from "../socket/socket-config.ts";
import type { AppLimits } from "./app-options.ts";
import type { EventRoute } from "./event-route.ts";
import type { OriginCheck } from "./guards/origin.ts";
import type { ErrorHook, Handler, Middleware, RouteOptions, SocketEvents } from "./handler.ts";
import { buildPath } from "./routing/build-path.ts";
import { compilePattern } from "./routing/compile-pattern.ts";
import { ConverterRegistry } from "./routing/converter-registry.ts";
import { joinPatterns } from "./routing/join-patterns.ts";
import type { PathPattern } from "./routing/path-pattern.ts";
import type { RouteMatch } from "./routing/route-table.ts";
import { RouteTable } from "./routing/route-table.ts";

/** What a route does. What its socket carries is between it and its middleware. */
// biome-ignore lint/suspicious/noExplicitAny: as said.
export type AnyHandler = Handler<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyEvents = SocketEvents<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyMiddleware = Middleware<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyErrorHook = ErrorHook<any>;

/** What holds on the connections of a route. */
export interface RouteSettings {
  readonly limits: AppLimits;
  /** Those of them that are the engine's. */
  readonly engineLimits: Limits;
  readonly socketConfig: SocketConfig;
  readonly checkOrigin: OriginCheck;
  readonly subprotocols: readonly string[];
  /** What they were made of: an app that mounts the route makes them anew, out of its own options. */
  readonly own: RouteOptions;
  readonly path: string;
}

/** A route, in one style or the other. */
export type AnyRoute = (
  | { readonly type: "handler"; readonly handler: AnyHandler }
  | { readonly type: "events"; readonly events: EventRoute }
) & {
  readonly settings: RouteSettings;
  /** Of the app that it was registered on, and of those above. */
  readonly errorHooks: readonly (readonly AnyErrorHook[])[];
};

interface GuardedPath {
  readonly pattern: PathPattern;
  readonly middleware: AnyMiddleware;
}

/** All that one app knows about paths. */
export class Routes {
  readonly converters = new ConverterRegistry();
  readonly #table = new RouteTable<AnyRoute>();
  readonly #all: { readonly pattern: PathPattern; readonly route: AnyRoute; readonly name: string | undefined }[] = [];
  readonly #guards: GuardedPath[] = [];
  #isMounted = false;

  /** Adds a route. Throws a `UsageError` for a bad pattern, one that is there, and on an app that is mounted. */
  add(path: string, route: AnyRoute, name?: string): void {
    this.#mustBeFree("ws");
    this.#add(compilePattern(path, this.converters), route, name);
  }

  /** Adds a middleware for the paths that match. */
  use(path: string, middleware: AnyMiddleware): void {
    this.#mustBeFree("use");
    this.#guards.push({ pattern: compilePattern(path === "*" ? "/*" : path, this.converters), middleware });
  }

  /** Takes over all that another app knows, below a prefix. From then on that one is closed. */
  mount(prefix: string, other: Routes, adapt: (route: AnyRoute) => AnyRoute): void {
    this.#mustBeFree("route");
    const base = compilePattern(prefix, this.converters);
    for (const { pattern, route, name } of other.#all) this.#add(joinPatterns(base, pattern), adapt(route), name);
    for (const { pattern, middleware } of other.#guards) {
      this.#guards.push({ pattern: joinPatterns(base, pattern), middleware });
    }
    other.#isMounted = true;
  }

  /** Bytes of the largest message that a route takes; 0 if there is none. */
  get largestMessage(): number {
    return Math.max(0, ...this.#all.map(({ route }) => route.settings.limits.messageSize));
  }

  /** The first route that matches. Throws what a converter of the user's throws. */
  match(pathname: string): RouteMatch<AnyRoute> | undefined {
    return this.#table.match(pathname);
  }

  /** The middleware for a path, in the order of registration. */
  middlewareOf(pathname: string): readonly AnyMiddleware[] {
    if (this.#guards.length === 0) return NONE;
    return this.#guards
      .filter(({ pattern }) => pattern.match(pathname) !== undefined)
      .map(({ middleware }) => middleware);
  }

  /** The path of a named route; `undefined` if there is none. */
  pathOf(name: string, params: Readonly<Record<string, unknown>>): string | undefined {
    const route = this.#table.find(name);
    return route && buildPath(route.pattern, params);
  }

  #add(pattern: PathPattern, route: AnyRoute, name: string | undefined): void {
    this.#table.add(pattern, route, name);
    this.#all.push({ pattern, route, name });
  }

  #mustBeFree(call: string): void {
    if (this.#isMounted) throw usageError(APP_MOUNTED, call);
  }
}

const NONE: readonly AnyMiddleware[] = [];
