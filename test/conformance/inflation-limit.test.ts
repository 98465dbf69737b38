/** Compressed messages that grow (RFC 7692, 8): they fail with 1009 at the limit, before they cost memory. */

import { deflateRawSync, constants as zlib } from "node:zlib";
import { describe, expect, test } from "vitest";
import { PLAIN_DEFLATE, piece } from "./case.ts";
import type { HeldEndpoints } from "./endpoints.ts";
import { holdEngine, ROLES } from "./endpoints.ts";
import type { Frame } from "./frames.ts";
import { binary, close, compressed, describeFrame, fragments, repeat, text } from "./frames.ts";
import { expectTcpEnd, play } from "./run-case.ts";

const MIB = 1024 * 1024;
const limits = { messageSize: MIB };

/** So many MiB of "a", by zlib a thousandth of that: made without ever being held. */
function bomb(mebibytes: number): Buffer {
  // Z_FULL_FLUSH ends a block that refers to nothing before it: such blocks can stand in any number.
  const block = deflateRawSync(repeat("a", MIB), { finishFlush: zlib.Z_FULL_FLUSH });
  return Buffer.concat([...Array<Buffer>(mebibytes).fill(block), Buffer.of(0)]);
}

describe.each(ROLES)("x.bomb messages of at most 1 MiB: our engine as a %s", (role) => {
  const hold = () => holdEngine(role, { limits, deflate: PLAIN_DEFLATE });

  async function expectTooBig(held: HeldEndpoints): Promise<void> {
    await held.peer.receive(1);
    expect(held.peer.received.map(describeFrame)).toEqual([describeFrame(close(1009))]);
    expect(held.messages).toEqual([]);
    await expectTcpEnd(held, role, { type: "fails", code: 1009 });
  }

  test.each<[what: string, payload: Buffer]>([
    ["1 GiB in 1 MiB", bomb(1024)],
    ["60 MiB in 60 KiB", bomb(60)],
    ["2 MiB in 2 KiB", bomb(2)],
  ])("%s fails with 1009 and takes next to no memory", async (_, payload) => {
    await using held = await hold();
    const before = process.resourceUsage().maxRSS;
    await held.peer.send(compressed(text(payload)));
    await expectTooBig(held);
    // In KiB. The limit, a few copies of it and what the garbage collector is slow to take back.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(64 * 1024);
  });

  test.each<[how: string, cut: (message: Frame) => Frame[]]>([
    ["in fragments of 1000 bytes", (message) => fragments(message, 1000)],
    ["in fragments of 100 000 bytes", (message) => fragments(message, 100_000)],
  ])("a bomb of 512 MiB %s fails with 1009", async (_, cut) => {
    await using held = await hold();
    await held.peer.send(...cut(compressed(binary(bomb(512)))));
    await expectTooBig(held);
  });

  test("a bomb fails before all of it has been sent", async () => {
    await using held = await hold();
    const message = compressed(text(bomb(512)));
    await play(held.peer, [piece(message, 0, 100_000)]);
    await expectTooBig(held);
  });

  test.each([
    [MIB - 1, true],
    [MIB, true],
    [MIB + 1, false],
  ])("a message that inflates to %d bytes: taken is %s", async (size, taken) => {
    await using held = await hold();
    const payload = deflateRawSync(repeat("abc", size), { finishFlush: zlib.Z_SYNC_FLUSH }).subarray(0, -4);
    await held.peer.send(compressed(text(payload)));
    if (!taken) return await expectTooBig(held);
    await held.peer.receive(1);
    expect(held.peer.received.map(describeFrame)).toEqual([describeFrame(text(repeat("abc", size)))]);
  });

  test("an incompressible message of the limit is taken, though it is larger on the wire", async () => {
    await using held = await hold();
    const noise = Buffer.from(
      Uint32Array.from({ length: MIB / 4 }, (_, at) => Math.imul(at ^ (at >>> 7), 0x9e3779b1)).buffer,
    );
    const payload = deflateRawSync(noise, { level: 0, finishFlush: zlib.Z_SYNC_FLUSH }).subarray(0, -4);
    expect(payload.length).toBeGreaterThan(MIB);
    await held.peer.send(compressed(binary(payload)));
    await held.peer.receive(1);
    expect(held.peer.received.map(describeFrame)).toEqual([describeFrame(binary(noise))]);
  });
});
