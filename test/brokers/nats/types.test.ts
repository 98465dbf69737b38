/** What the compiler knows of `nats()`: the types of the client's packages fit ours, which name no package. */

import type { Authenticator, ConnectionOptions, NatsConnection, TlsOptions } from "@nats-io/transport-node";
import { nats as fromDoor } from "antiphon/nats";
import { expect, expectTypeOf, test } from "vitest";
import {
  type NatsAuthenticator,
  type NatsConnectionLike,
  type NatsConnectionOptions,
  type NatsTlsOptions,
  nats,
} from "../../../src/brokers/nats/index.ts";
import type { Broker } from "../../../src/rooms/broker.ts";

test("the client's connection, authenticators and TLS options fit", () => {
  expectTypeOf<NatsConnection>().toExtend<NatsConnectionLike>();
  expectTypeOf<Authenticator>().toExtend<NatsAuthenticator>();
  expectTypeOf<TlsOptions>().toExtend<NatsTlsOptions>();
  expectTypeOf<Exclude<keyof NatsConnectionOptions, "namespace" | "lease" | "connectTimeout" | "replicas">>().toExtend<
    keyof ConnectionOptions
  >();
  expect(fromDoor).toBe(nats);
});

test("a URL, several, or a connection; options of a connection only for URLs", () => {
  const check = (connection: NatsConnection, authenticator: Authenticator) => {
    expectTypeOf(nats(connection)).toEqualTypeOf<Broker>();
    nats(connection, { namespace: "shop", lease: 1_000 });
    nats(["nats://a", "nats://b"], { user: "u", pass: "p", authenticator, tls: null });
    nats("nats://a", { authenticator: [authenticator], tls: { ca: "", rejectUnauthorized: false } });
    // @ts-expect-error it is connected already
    nats(connection, { user: "u" });
    // @ts-expect-error that is no option
    nats("nats://a", { leese: 1 });
    // @ts-expect-error that is no connection
    nats({});
  };
  expect(check).toBeTypeOf("function");
});
