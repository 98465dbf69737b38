/** `connect`: from what users write to a socket that is open. The runtime is the door's to choose. */

import { BAD_OPTION, usageError } from "../errors.ts";
import type { JsonCodec } from "../socket/json-codec.ts";
import { resolvePlace } from "./address.ts";
import { ClientSocket } from "./client-socket.ts";
import type { ConnectOptions, Fresh, Place } from "./connect-options.ts";
import { keepConnected } from "./keeper.ts";
import type { OutboxBounds, OutboxPolicy } from "./outbox-options.ts";
import { resolveReconnect } from "./reconnect.ts";
import type { ClientRuntime } from "./runtime.ts";
import type { Session } from "./session.ts";
import { withDefaults } from "./with-defaults.ts";

type AllOptions = { readonly [Name in keyof ConnectOptions]-?: ConnectOptions[Name] } & {
  readonly timeout: number;
  readonly json: JsonCodec;
};

/** Opens a WebSocket; see the door for what it does. */
export type Connect<Kind extends ClientSocket = ClientSocket> = (
  place: Fresh<Place>,
  options?: ConnectOptions,
) => Promise<Kind>;

/** `connect` for a runtime, and for a kind of socket. */
export function makeConnect<Kind extends ClientSocket = ClientSocket>(
  runtimeOf: (options: ConnectOptions) => ClientRuntime,
  makeSocket = (session: Session) => new ClientSocket(session) as Kind,
): Connect<Kind> {
  return async (place, given) => {
    const options = withDefaults("connect", OPTIONS, given);
    const runtime = runtimeOf(options);
    // What is wrong with a place that stays the same is told before anything is tried.
    if (typeof place !== "function") resolvePlace(place, runtime);
    const outbox = withDefaults("outbox", OUTBOX, options.outbox);
    if (!POLICIES.includes(outbox.policy)) {
      throw usageError(BAD_OPTION, "outbox.policy", outbox.policy, POLICIES.join(", "));
    }
    const request = async () => {
      const { subprotocols, headers } = options;
      const [url, offers, fields] = await Promise.all([fresh(place), fresh(subprotocols), fresh(headers)]);
      return { url: resolvePlace(url, runtime), subprotocols: [offers ?? []].flat(), headers: fields };
    };
    const config = { ...runtime, json: options.json, outbox };
    return keepConnected({ ...options, config, makeSocket, policy: resolveReconnect(options.reconnect), request });
  };
}

const OUTBOX: OutboxBounds = { messages: Infinity, bytes: 16 * 1024 * 1024, policy: "reject" };
const POLICIES: readonly OutboxPolicy[] = ["reject", "drop-oldest", "drop-newest"];

async function fresh<Value>(value: Fresh<Value>): Promise<Value> {
  return typeof value === "function" ? (value as () => Value | Promise<Value>)() : value;
}

/** All there are. What is `undefined` is resolved, and checked, where it is used. */
const OPTIONS: AllOptions = {
  subprotocols: undefined,
  headers: undefined,
  timeout: 10_000,
  signal: undefined,
  reconnect: undefined,
  outbox: undefined,
  heartbeat: undefined,
  limits: undefined,
  json: JSON,
  onOpen: undefined,
  onDisconnect: undefined,
  onRetry: undefined,
  compression: undefined,
  tls: undefined,
  proxy: undefined,
  redirects: undefined,
  http2: undefined,
};
