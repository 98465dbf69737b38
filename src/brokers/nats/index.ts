/** The door `antiphon/nats`: rooms across machines, carried by NATS. */

export { nats } from "./nats-broker.ts";
export type {
  NatsConnectionLike,
  NatsMessageLike,
  NatsServerInfoLike,
  NatsSubscriptionLike,
} from "./nats-client.ts";
export type { NatsAuthenticator, NatsConnectionOptions, NatsOptions, NatsTlsOptions } from "./nats-options.ts";
