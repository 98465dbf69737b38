/** What our connections are modelled on: a URL, or a client of the user's, which stays the user's. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import { loadPackage } from "../missing-package.ts";
import type { Driver, DriverClient, DriverCluster } from "./driver.ts";

/** A client or a cluster that is never connected by us, only duplicated. */
export type Model =
  | { readonly kind: "client"; readonly client: DriverClient }
  | { readonly kind: "cluster"; readonly cluster: DriverCluster };

/** Loads the package when it is needed first. Rejects with a `BrokerError` that says what to install. */
export function loadDriver(): Promise<Driver> {
  return loadPackage("antiphon/redis", "redis", async () => (await import("redis")) as unknown as Driver);
}

/** The model that a URL stands for. */
export async function modelOfUrl(url: string, options: object): Promise<Model> {
  const { createClient } = await loadDriver();
  // A copy, since the package writes into what it is given.
  const { socket } = options as { readonly socket?: object };
  const client = createClient({ ...options, ...(socket && { socket: { ...socket } }), url });
  return { kind: "client", client };
}

/** The model that a client of the package is. Throws a `UsageError` for anything else. */
export function modelOfClient(value: unknown): Model {
  const { duplicate, isPubSubActive, nodeClient } = Object(value);
  if (typeof duplicate === "function") {
    if (typeof nodeClient === "function") return { kind: "cluster", cluster: value as DriverCluster };
    if (typeof isPubSubActive === "boolean") return { kind: "client", client: value as DriverClient };
  }
  throw usageError(BAD_OPTION, "redis", nameOf(value), "a URL, or what createClient or createCluster of redis gives");
}

function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return `an object of ${value.constructor?.name ?? "no class"}`;
}
