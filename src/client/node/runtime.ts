/** What a client has in Node: our own engine on Node's sockets. */

import { setMaxListeners } from "node:events";
import { encodeClosePayload } from "../../protocol/close-code.ts";
import { nodePlatform } from "../../protocol/node/platform.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import { systemClock } from "../../protocol/run/clock.ts";
import { Wheel } from "../../socket/wheel.ts";
import type { ConnectOptions, MessageHeartbeat } from "../connect-options.ts";
import { messageHeartbeat, resolveMessageHeartbeat } from "../heartbeat.ts";
import type { ClientRuntime } from "../runtime.ts";
import type { Vitals, VitalsOwner } from "../vitals.ts";
import { makeDial } from "./dial.ts";
import type { DialParts } from "./dial-options.ts";
import { resolveDialOptions } from "./dial-options.ts";
import { openOverNetwork } from "./open-over-network.ts";
import { sendClientStream } from "./stream.ts";
import { NodeVitals } from "./vitals.ts";
import { waitingClock } from "./waiting-clock.ts";

/** Where clients live: their time, and the way to their servers. */
export interface Surroundings extends DialParts {
  /** For the waits between attempts. */
  readonly waits: Clock;
  /** One timer for the deadlines of all connections. */
  readonly wheel: Wheel;
  /** From 0 up to 1. */
  random(): number;
}

/** The runtime for a `connect`. Throws a `UsageError` that names the option which is wrong. */
export function nodeRuntime(options: ConnectOptions, surroundings: Surroundings = outThere): ClientRuntime {
  const { clock, waits, wheel, random } = surroundings;
  const dialOptions = resolveDialOptions(options, surroundings);
  // One signal may end any number of sockets: Node takes so many listeners for a leak.
  if (options.signal instanceof AbortSignal) setMaxListeners(0, options.signal);
  const { limits, heartbeat } = dialOptions;
  const messages = resolveMessageHeartbeat(options.heartbeat);
  const config = { clock, wheel, limits, heartbeat };
  return {
    platform: nodePlatform,
    heartbeat,
    clock,
    waits,
    limits,
    random,
    base: undefined,
    schemes: ["ws:", "wss:", "ws+unix:", "wss+unix:"],
    dial: makeDial(dialOptions),
    checkClose(code, reason) {
      encodeClosePayload("client", code, reason, nodePlatform.text);
    },
    vitals(owner) {
      const vitals = new NodeVitals(config, owner);
      return messages ? withMessages(vitals, { owner, heartbeat: messages, clock }) : vitals;
    },
    stream: sendClientStream,
    goodbye: (wire) => nodePlatform.defer(() => wire.resume?.()),
  };
}

/** The world: real time, real networks. */
const outThere: Surroundings = {
  clock: systemClock,
  waits: waitingClock,
  wheel: new Wheel(systemClock),
  random: Math.random,
  openStream: openOverNetwork,
};

interface MessagesInstead {
  readonly owner: VitalsOwner;
  readonly heartbeat: Required<MessageHeartbeat>;
  readonly clock: Clock;
}

/** Messages in place of pings; the rest is as it is. */
function withMessages(vitals: NodeVitals, { owner, heartbeat, clock }: MessagesInstead): Vitals {
  const messages = messageHeartbeat(owner, heartbeat, clock);
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
