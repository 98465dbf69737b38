/** What a client has in Node: our own engine on Node's sockets. */

import { encodeClosePayload } from "../../protocol/close-code.ts";
import { nodePlatform } from "../../protocol/node/platform.ts";
import { systemClock } from "../../protocol/run/clock.ts";
import { Wheel } from "../../socket/wheel.ts";
import type { ConnectOptions, MessageHeartbeat } from "../connect-options.ts";
import { messageHeartbeat, resolveMessageHeartbeat } from "../heartbeat.ts";
import type { ClientRuntime } from "../runtime.ts";
import type { Vitals, VitalsOwner } from "../vitals.ts";
import { makeDial } from "./dial.ts";
import { resolveDialOptions } from "./dial-options.ts";
import { sendClientStream } from "./stream.ts";
import { NodeVitals } from "./vitals.ts";
import { waitingClock } from "./waiting-clock.ts";

/** The runtime for a `connect`. Throws a `UsageError` that names the option which is wrong. */
export function nodeRuntime(options: ConnectOptions): ClientRuntime {
  const dialOptions = resolveDialOptions(options, systemClock);
  const { limits, heartbeat } = dialOptions;
  const messages = resolveMessageHeartbeat(options.heartbeat);
  const config = { clock: systemClock, wheel, limits, heartbeat };
  return {
    platform: nodePlatform,
    heartbeat,
    clock: systemClock,
    waits: waitingClock,
    limits,
    random: Math.random,
    base: undefined,
    schemes: ["ws:", "wss:", "ws+unix:", "wss+unix:"],
    dial: makeDial(dialOptions),
    checkClose(code, reason) {
      encodeClosePayload("client", code, reason, nodePlatform.text);
    },
    vitals(owner) {
      const vitals = new NodeVitals(config, owner);
      return messages ? withMessages(vitals, owner, messages) : vitals;
    },
    stream: sendClientStream,
    goodbye: (wire) => nodePlatform.defer(() => wire.resume?.()),
  };
}

/** One timer for the deadlines of all connections. */
const wheel = new Wheel(systemClock);

/** Messages in place of pings; the rest is as it is. */
function withMessages(vitals: NodeVitals, owner: VitalsOwner, heartbeat: Required<MessageHeartbeat>): Vitals {
  const messages = messageHeartbeat(owner, heartbeat, systemClock);
  return {
    active: () => vitals.active(),
    pong: (payload) => vitals.pong(payload),
    ping: () => vitals.ping(),
    roundTrip: (timeout) => vitals.roundTrip(timeout),
    get latency() {
      return vitals.latency;
    },
    stop(error) {
      vitals.stop(error);
      messages.stop(error);
    },
  };
}
