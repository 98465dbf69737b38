/** Conversations: many messages, each sent when the one before has come back, then a clean end. */

import { describe, expect, test } from "vitest";
import type { Negotiation } from "./case.ts";
import { connectOurs, ROLES } from "./endpoints.ts";
import type { Frame } from "./frames.ts";
import { close, describeFrame } from "./frames.ts";
import { expectTcpEnd } from "./run-case.ts";

/** A conversation as a row of a table. */
export interface Conversation {
  readonly id: string;
  readonly title: string;
  /** How many messages go there and back. */
  readonly count: number;
  readonly message: (index: number) => Frame;
  /** Agreed on, and then each message is sent compressed. @default no compression */
  readonly deflate?: Negotiation;
  /** The payload, as it is on the wire, is cut into fragments of so many bytes. @default none are made */
  readonly fragmentSize?: number;
}

/** One test for each conversation and role. */
export function describeConversations(group: string, rows: readonly Conversation[]): void {
  describe.each(ROLES)(`${group}: our engine as a %s`, (role) => {
    for (const row of rows) test(`${row.id} ${row.title}`, () => converse(row, role));
  });
}

/** Holds one conversation. */
export async function converse(row: Conversation, role: "server" | "client"): Promise<void> {
  const { count, deflate, message, fragmentSize = Number.POSITIVE_INFINITY } = row;
  await using endpoints = await connectOurs(role, deflate);
  const { peer, answer } = endpoints;
  if (role === "server") expect(answer, "the answer to our offer").toBe(deflate?.agreed ?? "");

  for (let index = 0; index < count; index++) {
    const sent = message(index);
    if (deflate === undefined) await peer.send(sent);
    else await peer.sendCompressed(sent, fragmentSize);
    await peer.receive(1);
    const [echo, ...rest] = peer.received.splice(0);
    const same = rest.length === 0 && echo!.opcode === sent.opcode && echo!.payload.equals(sent.payload);
    if (!same) expect([echo, ...rest].map((frame) => describeFrame(frame!))).toEqual([describeFrame(sent)]);
  }

  await peer.send(close(1000));
  await peer.receive(1);
  expect(peer.received.map(describeFrame)).toEqual([describeFrame(close(1000))]);
  await expectTcpEnd(endpoints, role, { type: "closes" });
}
