/** Processes connected with a Redis broker, gone when the test ends. */

import { onTestFinished } from "vitest";
import type { Broker } from "../../../src/rooms/broker.ts";
import { BrokerProcess } from "../broker-lab.ts";

/** A process that has connected. */
export async function connected(broker: Broker): Promise<BrokerProcess> {
  const process = new BrokerProcess();
  process.connection = await broker.connect(who(process));
  onTestFinished(() => process.close());
  return process;
}

/** What a process connects with. */
export function who(listener: BrokerProcess, signal: AbortSignal = new AbortController().signal) {
  return { process: listener.name, listener, signal };
}

/** What a first attempt is rejected with. */
export async function refusal(broker: Broker): Promise<unknown> {
  return broker.connect(who(new BrokerProcess())).then(
    () => new Error("it connected"),
    (error: unknown) => error,
  );
}
