/** How messages are dressed: as they are, or as events of Socket.IO. */

import { BINARY, COMPRESSED, messageFrame, TEXT } from "./frames.ts";
import type { Payload, Payloads } from "./payloads.ts";
import { replies, requests } from "./payloads.ts";

/** The name of one. */
export type DialectName = "plain" | "socket.io";

/** What a client sends, and what it counts of what comes. */
export interface Script {
  /** The frames of each message. */
  readonly frames: readonly Buffer[];
  /** What the frame begins with that is counted: one for each message. */
  readonly counted: number;
  /** Bytes of its payload; 0 where they are compressed, and nobody knows. */
  readonly size: number;
  /** Another text that comes before each counted frame. */
  readonly announced: string;
  /** What has to be in the recording, in order. */
  readonly replies: readonly Payload[];
}

/** Dresses all messages of a load, and what is to come. */
export function scriptOf(payloads: Payloads, dialect: DialectName, deflate: boolean): Script {
  const binary = payloads.kind === "binary";
  const counted = (binary ? BINARY : TEXT) | (deflate ? COMPRESSED : 0);
  if (dialect === "plain") {
    const expected = replies(payloads);
    const frames = requests(payloads).map((payload) => messageFrame(payload, deflate));
    return { frames, counted, size: sizeOf(expected, deflate), announced: "", replies: expected };
  }
  if (binary) {
    const expected = replies(payloads);
    const frames = requests(payloads).map((payload) =>
      Buffer.concat([messageFrame(ATTACHED, deflate), messageFrame(payload, deflate)]),
    );
    return {
      frames,
      counted,
      size: sizeOf(expected, deflate),
      announced: ATTACHED,
      replies: expected.flatMap((payload) => [ATTACHED, payload]),
    };
  }
  // What is JSON goes as a value, as its users would have it.
  const isJson = payloads.kind !== "text";
  const event = (text: Payload) => `42["m",${isJson ? text : JSON.stringify(text)}]`;
  const expected = replies(payloads).map(event);
  const frames = requests(payloads).map((text) => messageFrame(event(text), deflate));
  return { frames, counted, size: sizeOf(expected, deflate), announced: "", replies: expected };
}

/** What Socket.IO says before bytes. */
const ATTACHED = '451-["m",{"_placeholder":true,"num":0}]';

function sizeOf(expected: readonly Payload[], deflate: boolean): number {
  if (deflate) return 0;
  const sizes = new Set(expected.map((payload) => Buffer.byteLength(payload)));
  if (sizes.size !== 1) throw new Error("the messages of a load must be of one size");
  return [...sizes][0]!;
}
