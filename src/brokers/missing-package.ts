/** Loads a broker's client when it is needed, and says what to install where it is not there. */

import { BROKER_PACKAGE_MISSING, brokerError } from "../errors.ts";

/**
 * What `load` imports: `loadPackage("antiphon/redis", "redis", () => import("redis"))`.
 * @param packages what is to be installed, as after `npm install`: `@nats-io/transport-node`
 * @throws {BrokerError} `BROKER_PACKAGE_MISSING` where one of them is not there; what else goes wrong as it is
 */
export async function loadPackage<Module>(
  door: string,
  packages: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(error)) throw brokerError(BROKER_PACKAGE_MISSING, error, door, packages);
    throw error;
  }
}

/** `ERR_MODULE_NOT_FOUND` is what `import` says, `MODULE_NOT_FOUND` what `require` says inside of a package. */
function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}
