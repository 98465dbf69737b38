/** What a client has in a browser, and in other runtimes with a WebSocket of their own. */

import { CLOSE_CODE_UNSENDABLE, NOT_IN_BROWSERS, usageError } from "../../errors.ts";
import type { ConnectOptions } from "../connect-options.ts";
import { messageHeartbeat, resolveMessageHeartbeat } from "../heartbeat.ts";
import type { ClientRuntime } from "../runtime.ts";
import { withDefaults } from "../with-defaults.ts";
import { dialNative } from "./dial.ts";
import { web } from "./native-socket.ts";
import { isSendable } from "./native-wire.ts";
import { browserNetwork } from "./network.ts";
import { pageClock } from "./page-clock.ts";
import { pageText } from "./page-text.ts";

/** The runtime for a `connect`. Throws a `UsageError` for an option that browsers have no means for. */
export function browserRuntime(options: ConnectOptions): ClientRuntime {
  const heartbeat = resolveMessageHeartbeat(options.heartbeat);
  for (const name of ["headers", "compression", "tls", "proxy", "redirects", "http2"] as const) {
    if (options[name]) throw usageError(NOT_IN_BROWSERS, name);
  }
  if (options.heartbeat && !heartbeat) throw usageError(NOT_IN_BROWSERS, "heartbeat without message");
  const limits = withDefaults("limits", LIMITS, options.limits);
  return {
    platform: { text: pageText },
    heartbeat: null,
    clock: pageClock,
    waits: pageClock,
    limits,
    random: Math.random,
    base: web.location?.href,
    schemes: ["ws:", "wss:"],
    dial: dialNative(pageClock, limits),
    checkClose(code) {
      if (!isSendable(code)) throw usageError(CLOSE_CODE_UNSENDABLE, `${code}`, "browsers send 1000 and 3000 to 4999");
    },
    vitals: (owner) => (heartbeat ? messageHeartbeat(owner, heartbeat, pageClock) : undefined),
    network: browserNetwork,
  };
}

/** The other limits are the browser's own to set. */
const LIMITS = { receiveMessages: 64, receiveBytes: 1024 * 1024, receiveFullTimeout: 60_000, closeTimeout: 10_000 };
