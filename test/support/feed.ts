/** Gives an engine bytes in chunks, as a transport would, and takes what it has to send. */

import type { Engine } from "../../src/protocol/engine.ts";
import type { ReceiveState } from "../../src/protocol/inbound.ts";
import { join, toHex } from "./hex.ts";
import type { Recorded } from "./recorder.ts";

/** Copies of the pieces between the cuts; positions beyond the end are folded back. */
export function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.slice(places[i]!, end));
}

/** One chunk for each byte. */
export function bytewise(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** What `receive` would answer now. */
export function stateOf(engine: Engine): ReceiveState {
  return engine.receive(NOTHING);
}

/** Waits until nothing is inflated or compressed off the event loop any more. */
export async function settled(...engines: readonly Engine[]): Promise<void> {
  const busy = (engine: Engine) => stateOf(engine) === "suspended" || engine.compressing;
  while (engines.some(busy)) await new Promise((resolve) => setImmediate(resolve));
}

/** Feeds chunk by chunk, waiting whenever the engine asks for it, and at the end. */
export async function feed(engine: Engine, chunks: Iterable<Uint8Array>): Promise<void> {
  for (const chunk of chunks) if (engine.receive(chunk) === "suspended") await settled(engine);
  if (stateOf(engine) === "suspended" || engine.compressing) await settled(engine);
}

/** What there is to send, as one. */
export function takeBytes(engine: Engine): Uint8Array {
  return join(...engine.take());
}

/** An event as one line, to compare many quickly. */
export function line(event: Recorded): string {
  if (event.type === "close") return JSON.stringify(event);
  const data = "data" in event ? event.data : event.payload;
  const shown = typeof data === "string" ? JSON.stringify(data) : `hex ${toHex(data)}`;
  return `${event.type} ${"last" in event ? event.last : ""} ${shown}`;
}

const NOTHING = new Uint8Array(0);
