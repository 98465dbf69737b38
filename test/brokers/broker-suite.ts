/** What every broker must do, word by word from `rooms/broker.ts`, whatever carries it: one contract, one suite. */

import { afterAll, beforeAll, describe } from "vitest";
import type { BrokerEngine } from "./broker-lab.ts";
import { BrokerLab } from "./broker-lab.ts";
import { messageClauses } from "./message-clauses.ts";
import { outageClauses, pauseClauses } from "./outage-clauses.ts";
import { presenceClauses } from "./presence-clauses.ts";
import { topicClauses } from "./topic-clauses.ts";

/** What an engine cannot be made to do in a test; each with its reason. */
export interface BrokerLacks {
  /** `stop` and `start`. */
  readonly outage?: string;
  /** `pause` and `resume`. */
  readonly pause?: string;
}

/**
 * Registers the suite. `setUp` is called once, before the first test; what it gives is closed after the last.
 *
 * @example
 * brokerSuite("redis", async () => {
 *   const server = await startRedis();
 *   return {
 *     broker: (options) => redis(server.url, options),
 *     lease: 1_000,
 *     stop: () => server.stop(),
 *     start: () => server.start(),
 *     pause: () => server.pause(),
 *     resume: () => server.resume(),
 *     close: () => server.close(),
 *   };
 * });
 */
export function brokerSuite(name: string, setUp: () => Promise<BrokerEngine>, lacks: BrokerLacks = {}): void {
  describe(name, () => {
    let engine: BrokerEngine | undefined;
    beforeAll(async () => {
      engine = await setUp();
    });
    afterAll(() => engine?.close());
    const open = () => new BrokerLab(engine!);

    describe("messages", () => messageClauses(open));
    describe("topics", () => topicClauses(open));
    describe("presence", () => presenceClauses(open));
    if (lacks.outage === undefined) describe("outages", () => outageClauses(open));
    if (lacks.pause === undefined) describe("an engine that does not answer", () => pauseClauses(open));
  });
}
