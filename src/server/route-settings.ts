/** What holds on the connections of a route: its own options over those of the app. */

import { BAD_SUBPROTOCOL, usageError } from "../errors.ts";
import { isToken } from "../protocol/http-token.ts";
import { checkNames } from "../socket/check-options.ts";
import type { SocketConfig } from "../socket/socket-config.ts";
import type { AppConfig } from "./app-options.ts";
import { oneOfSlowConsumers, pickEngineLimits, resolveRouteLimits } from "./app-options.ts";
import { originCheck } from "./guards/origin.ts";
import type { RouteOptions } from "./handler.ts";
import type { RouteSettings } from "./routes.ts";

/** A route as it was registered, and the app that it is on. */
export interface RouteSettingsParts {
  readonly path: string;
  readonly options: RouteOptions;
  readonly config: AppConfig;
  readonly socketConfig: SocketConfig;
}

/** Checks the options of a route. Throws a `UsageError` that names the one that is wrong. */
export function toRouteSettings({ path, options, config, socketConfig }: RouteSettingsParts): RouteSettings {
  checkNames(options, ["name", "subprotocols", "origins", "limits", "slowConsumer"], `ws("${path}")`);
  const { subprotocols = [], slowConsumer } = options;
  const bad = subprotocols.find((protocol) => !isToken(protocol));
  if (bad !== undefined) throw usageError(BAD_SUBPROTOCOL, bad);
  const limits = resolveRouteLimits(path, options.limits, config.limits);
  return {
    limits,
    engineLimits: pickEngineLimits(limits),
    socketConfig: {
      ...socketConfig,
      limits,
      slowConsumer: slowConsumer === undefined ? socketConfig.slowConsumer : oneOfSlowConsumers(slowConsumer),
    },
    checkOrigin: options.origins === undefined ? config.checkOrigin : originCheck(options.origins),
    subprotocols,
    path,
    own: options,
  };
}
