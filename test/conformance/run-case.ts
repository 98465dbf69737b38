/** Runs the cases of a table against our server and our client, over TCP. */

import { describe, expect, test } from "vitest";
import type { Case, End, Step } from "./case.ts";
import { describeAll } from "./case.ts";
import type { Endpoints } from "./endpoints.ts";
import { connectOurs, ROLES } from "./endpoints.ts";
import type { Frame } from "./frames.ts";
import { close, describeFrame } from "./frames.ts";
import type { RawPeer } from "./raw-peer.ts";

/** One test for each case and role. */
export function describeCases(group: string, cases: readonly Case[]): void {
  for (const role of ROLES) {
    const rows = cases.filter(({ only = role }) => only === role);
    if (rows.length === 0) continue;
    describe(`${group}: our engine as a ${role}`, () => {
      for (const row of rows) test(`${row.id} ${row.title}`, () => runCase(row, role));
    });
  }
}

/** Runs one case. */
export async function runCase(row: Case, role: "server" | "client"): Promise<void> {
  await using endpoints = await connectOurs(role, row.deflate);
  const { peer, answer } = endpoints;
  const { back = [], end = { type: "closes" } } = row;
  if (role === "server") expect(answer, "the answer to our offer").toBe(row.deflate?.agreed ?? "");

  await play(peer, row.send);
  if (end.type === "closes") {
    await peer.receive(back.length);
    expect(describeAll(peer.received)).toEqual(describeAll(back));
    await peer.send(close(1000));
  }
  await peer.receive(back.length + 1);
  expect(describeAll(peer.received)).toEqual(describeAll([...back, lastFrame(end)]));

  if (row.late !== undefined) await play(peer, row.late);
  await expectTcpEnd(endpoints, role, end);
}

/** The frame that the engine ends with. */
function lastFrame(end: End): Frame {
  if (end.type === "closes") return close(1000);
  return end.type === "answers" ? end.close : close(end.code);
}

/** RFC 6455, 7.1.1: the server ends TCP first and a client waits for that; who fails the connection need not wait. */
export async function expectTcpEnd({ peer, closed }: Endpoints, role: "server" | "client", end: End): Promise<void> {
  const waits = role === "client" && end.type !== "fails";
  await peer.quiet();
  if (waits) expect(peer.tcp, "the client waits for the server to end TCP").toBe("open");
  else await peer.receiveEnd();
  peer.end();
  await peer.receiveClosed();
  expect(peer.tcp, "TCP ends without a reset").toBe("closed");
  const info = await closed;
  if (info === undefined) return;
  expect(info.wasClean).toBe(end.type !== "fails");
  if (end.type === "fails") expect(info).toMatchObject({ code: end.code, error: { closeCode: end.code } });
}

/** Sends what the steps say. */
export async function play(peer: RawPeer, steps: readonly Step[]): Promise<void> {
  let together: Frame[] = [];
  const flush = async () => {
    if (together.length > 0) await peer.send(...together);
    together = [];
  };
  for (const step of steps) {
    if (!("type" in step)) {
      together.push(step);
      continue;
    }
    await flush();
    await playStep(peer, step);
  }
  await flush();
}

async function playStep(peer: RawPeer, step: Exclude<Step, Frame>): Promise<void> {
  switch (step.type) {
    case "chopped":
      return peer.writeChopped(Buffer.concat(step.frames.map((frame) => peer.encode(frame))), step.size);
    case "apart":
      for (const frame of step.frames) await peer.writeChopped(peer.encode(frame), Number.POSITIVE_INFINITY);
      return;
    case "piece":
      return peer.write(pieceOf(peer, step));
    case "heard":
      await peer.receive(step.count);
      return void expect(peer.received.length, peer.describe()).toBe(step.count);
    case "quiet": {
      const before = peer.received.length;
      await peer.quiet();
      expect(peer.received.slice(before).map(describeFrame), "nothing comes yet").toEqual([]);
      return void expect(peer.tcp, "TCP stays open").toBe("open");
    }
    default:
      throw new Error(`no such step: ${JSON.stringify(step satisfies never)}`);
  }
}

/** All pieces of a frame are masked with one key, so that has to be said here. */
function pieceOf(peer: RawPeer, { frame, from, to }: { frame: Frame; from: number; to: number }): Buffer {
  const bytes = peer.encode({ ...frame, key: Buffer.from("37fa213d", "hex") });
  const headerSize = bytes.length - frame.payload.length;
  return bytes.subarray(from === 0 ? 0 : headerSize + from, headerSize + to);
}
