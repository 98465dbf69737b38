/** What a user registered for a route: a function, or events; anything else is a mistake that is told at once. */

import { BAD_HANDLER, BAD_OPTION, usageError } from "../errors.ts";
import { checkNames } from "../socket/check-options.ts";
import { EventRoute } from "./event-route.ts";
import type { AnyEvents, AnyHandler } from "./routes.ts";

/** One style or the other. */
export type RouteKind =
  | { readonly type: "handler"; readonly handler: AnyHandler }
  | { readonly type: "events"; readonly events: EventRoute };

/** Tells them apart. Throws a `UsageError` for what is neither, and for events that there are not. */
export function toRouteKind(path: string, does: unknown): RouteKind {
  if (typeof does === "function") return { type: "handler", handler: does as AnyHandler };
  if (typeof does !== "object" || does === null) throw usageError(BAD_HANDLER, path, typeof does);
  const isOptions = Object.keys(does).some((name) => ["name", "subprotocols", "origins", "limits"].includes(name));
  if (isOptions) throw usageError(BAD_HANDLER, path, "missing behind its options");
  checkNames(does, ["upgrade", "open", "message", "drain", "close", "error"], `the events of ws("${path}")`);
  for (const [event, listener] of Object.entries(does)) {
    const isListener = listener === undefined || typeof listener === "function";
    if (!isListener) throw usageError(BAD_OPTION, `${event} of ws("${path}")`, typeof listener, "a function");
  }
  return { type: "events", events: new EventRoute(does as AnyEvents) };
}
