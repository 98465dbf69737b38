/** A connection that is cut after any byte, either way: each message arrives at most once, in order, and losses are counted. */

import { describe, expect, test } from "vitest";
import { agreement } from "../../support/agreements.ts";
import type { TestRuntimeOptions } from "../../support/client-runtime.ts";
import { Ledger } from "../../support/fault-ledger.ts";
import type { LineFault } from "../../support/fault-line.ts";
import { settle } from "../../support/socket-pair.ts";

/** What a client might send: in one turn and in several, with pings and a stream between. Gives the bytes it took. */
async function talk(
  faults: readonly LineFault[],
  options: TestRuntimeOptions = {},
): Promise<{ up: number; down: number }> {
  const ledger = new Ledger(faults, options);
  await ledger.open();
  for (let i = 0; i < 3; i++) ledger.send(i * 3);
  ledger.ping();
  ledger.send(130);
  await settle();
  ledger.sendStream(9);
  ledger.send();
  ledger.ping();
  await settle();
  for (let i = 0; i < 3; i++) ledger.send(i);
  await ledger.runtime.clock.pass(2_000);
  ledger.send();
  const [first] = ledger.lines;
  const { up, down } = first!.passed;
  await ledger.settleUp();
  return { up, down };
}

const VARIANTS: Record<string, TestRuntimeOptions> = { "as it is": {}, compressed: { deflate: agreement() } };

describe.each(Object.keys(VARIANTS))("messages, %s", (variant) => {
  const options = VARIANTS[variant]!;

  test.each(["fin", "reset"] as const)("cut after each byte of the client's, with a %s", async (how) => {
    const { up } = await talk([], options);
    expect(up).toBeGreaterThan(variant === "compressed" ? 100 : 220);

    for (let k = 0; k <= up; k++) await talk([{ up: k, how }], options);
  });

  test.each(["fin", "reset"] as const)("cut after each byte of the server's, with a %s", async (how) => {
    const { down } = await talk([], options);
    expect(down).toBeGreaterThan(10);

    for (let k = 0; k <= down; k++) await talk([{ down: k, how }], options);
  });
});

test("cut after each byte, and the next connection after each further one", async () => {
  const { up } = await talk([]);

  for (let k = 0; k <= up; k += 3) await talk([{ up: k }, { up: up - k, how: "reset" }, { down: 3 }]);
});

test("a large message, cut here and there: before, in its header, inside, at its end", async () => {
  const size = 200_000;
  for (const up of [0, 1, 5, 13, 14, 15, 65_536, 100_000, size + 13, size + 14, size + 20, size + 40]) {
    const ledger = new Ledger([{ up }], {}, { highWaterMark: 10_000, chunk: 8_000 });
    await ledger.open();
    for (const extra of [size, 0, size, 5]) ledger.send(extra);
    ledger.ping();
    await ledger.runtime.clock.pass(5_000);
    ledger.send();

    await ledger.settleUp();
  }
  expect.hasAssertions();
});
