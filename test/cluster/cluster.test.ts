/** Four servers and a thousand clients on one broker, of each kind in turn, while servers and brokers fail. */

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { memory } from "../../src/index.ts";
import { Cluster, type Judgement, type StationHandle, stationHere } from "./cluster.ts";
import { brokerAt, type EngineAddress } from "./engine-address.ts";
import { type Engine, engineKinds } from "./engines.ts";
import { Grounds, SERVERS } from "./grounds.ts";
import { duringOutage, lossesOf, newsAgainst, outageAllowance } from "./outage.ts";
import { now } from "./words.ts";

/** Milliseconds of traffic between two events. */
const A_WHILE = 1_500;

/** The same seed makes the same crowd and the same rhythm; what happens when is the machine's. */
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

const EVERYTHING = "every member of every room gets every message once and in order, while others come and go";

let grounds: Grounds;

beforeAll(async () => {
  grounds = await Grounds.open();
});

// What is thrown past everybody ends a process, and what ends before its time is a complaint.
afterAll(async () => {
  await grounds.close();
  expect(grounds.complaints).toEqual([]);
});

test(`memory: ${EVERYTHING}`, async () => {
  const broker = memory();
  const servers = SERVERS.map((name) => stationHere(name, broker));
  const cluster = await openCluster(servers, [stationHere("speaker", broker), stationHere("talker", broker)]);
  await goesWell(cluster);
});

describe.each(engineKinds)("$kind", ({ kind, isHere, start }) => {
  let engine: Engine;

  beforeAll(async () => {
    if (isHere) engine = await start();
  });

  afterAll(() => engine?.close());

  test.skipIf(!isHere)(EVERYTHING, async () => {
    await goesWell(await open());
  });

  test.skipIf(!isHere)(
    "whoever is at a server that was killed is gone for all, and the others miss nothing",
    async () => {
      const lease = 3_000;
      const cluster = await open({ lease });
      await cluster.begin();
      await sleep(A_WHILE);

      await cluster.doom("s2");
      const killedAt = now();
      await grounds.kill("s2");
      await cluster.calm();
      await expect.poll(() => cluster.misjudged("count"), { timeout: 10_000, interval: 100 }).toEqual([]);
      const goneAfter = now() - killedAt;
      expect(await cluster.misjudged("who")).toEqual([]);
      await cluster.stir();
      await sleep(A_WHILE);
      await cluster.end();

      expectWell(await cluster.judge());
      expect(goneAfter).toBeLessThan((lease * 4) / 3 + 1_000);
    },
  );

  test.skipIf(!isHere)(
    "while the broker is dead, what is said to other machines waits, and then comes in order",
    async () => {
      const cluster = await open();
      await cluster.begin();
      await sleep(A_WHILE);

      const outage = await duringOutage(cluster, 3_000, { begin: () => engine.kill(), end: () => engine.start() });
      await sleep(A_WHILE);
      await cluster.end();

      const judgement = await cluster.judge(outageAllowance(outage));
      expectWell(judgement);
      for (const losses of lossesOf(judgement, outage)) {
        expect(losses.lost, losses.station).toMatchObject({ overflow: 0, closed: 0 });
        // Nobody could have taken these, so that they were reported.
        expect(losses.missedSince, losses.station).toBeLessThanOrEqual(losses.lost.unconfirmed);
        expect(losses.missedAfter, losses.station).toBe(0);
      }
      await expectAgreement(cluster);
    },
  );

  test.skipIf(!isHere)(
    "while the broker stands still, the same; nobody is taken for dead, and what has no room is counted",
    async () => {
      const small = "s1";
      const cluster = await open({ publishBuffer: { [small]: 64 * 1024 } });
      await cluster.begin();
      await sleep(A_WHILE);

      const outage = await duringOutage(cluster, 10_000, {
        begin: async () => engine.pause(),
        end: async () => engine.resume(),
      });
      await sleep(A_WHILE);
      await cluster.end();

      const judgement = await cluster.judge(outageAllowance(outage, small));
      expectWell(judgement);
      for (const { station, lost, missedSince, missedAfter } of lossesOf(judgement, outage)) {
        expect(missedSince - missedAfter, station).toBeLessThanOrEqual(lost.unconfirmed);
        expect(missedAfter, station).toBe(lost.overflow);
        expect({ hasOverflown: lost.overflow > 0, closed: lost.closed }, station).toEqual({
          hasOverflown: station === small,
          closed: 0,
        });
      }
      await expectAgreement(cluster);
    },
  );

  /** Of a namespace that nobody has had. */
  async function open({ lease, publishBuffer }: { lease?: number; publishBuffer?: Record<string, number> } = {}) {
    const namespace = `t${Math.random().toString(36).slice(2)}`;
    const address: EngineAddress = { kind, url: engine.url, namespace, lease };
    const speakers = ["speaker", "talker"].map((name) => stationHere(name, brokerAt(address)));
    return openCluster(grounds.servers(address), speakers, publishBuffer);
  }
});

/** Everybody is there, and nothing has been said. */
async function openCluster(
  servers: readonly StationHandle[],
  speakers: readonly StationHandle[],
  publishBuffer: Record<string, number> = {},
): Promise<Cluster> {
  const cluster = new Cluster({ servers, speakers, crowd: grounds.crowd, seed, publishBuffer });
  onTestFinished(() => cluster.close());
  await cluster.open();
  return cluster;
}

/** Nothing fails, and nothing is missing: neither a message nor a word of who comes and goes. */
async function goesWell(cluster: Cluster): Promise<void> {
  await cluster.begin();
  await sleep(A_WHILE);
  await cluster.calm();
  await expectAgreement(cluster, "count");
  await cluster.stir();
  await sleep(A_WHILE);
  await cluster.end();

  const judgement = await cluster.judge();
  expectWell(judgement);
  await expectAgreement(cluster);
  expect(newsAgainst(judgement, "each once")).toEqual([]);
  for (const { lost } of judgement.reports.values())
    expect(lost).toEqual({ overflow: 0, unconfirmed: 0, "too-large": 0, closed: 0 });
}

/** Nothing was lost that may not be, nothing came twice or out of order, and nobody who is there was told of as gone. */
function expectWell(judgement: Judgement): void {
  const { complaints, messages } = judgement;
  expect(complaints.slice(0, 20), `${complaints.length} complaints, with SEED=${seed}`).toEqual([]);
  expect(newsAgainst(judgement)).toEqual([]);
  expect(messages, "messages that were compared").toBeGreaterThan(20_000);
}

/** Soon all see the same, and that is so. */
async function expectAgreement(cluster: Cluster, by: "count" | "who" = "who"): Promise<void> {
  await expect.poll(() => cluster.misjudged(by), { timeout: 10_000, interval: 200 }).toEqual([]);
}
