/** All properties of the protocol by name: the tests run each a little, `npm run fuzz` as long as it is told. */

import type fc from "fast-check";
import { twoEnginesAgree } from "./pair-properties.ts";
import * as receiving from "./receive-properties.ts";
import * as sending from "./send-properties.ts";

/** A property, and how often the tests run it: about a second or two. */
interface Entry {
  readonly property: fc.IRawProperty<unknown>;
  readonly runs: number;
}

/** One sentence for each. */
export const properties: Readonly<Record<string, Entry>> = {
  "valid streams are understood": entry(receiving.validStreamsAreUnderstood, 1000),
  "parts are the messages": entry(receiving.partsAreTheMessages, 1000),
  "pauses lose nothing": entry(receiving.pausesLoseNothing, 1000),
  "valid streams are the same at any split": entry(receiving.validStreamsAreTheSameAtAnySplit, 1000),
  "mutated streams are the same at any split": entry(receiving.mutatedStreamsAreTheSameAtAnySplit, 2000),
  "any bytes are the same at any split": entry(receiving.anyBytesAreTheSameAtAnySplit, 4000),
  "what we send is received by us and by ws": entry(sending.whatWeSendIsReceived, 800),
  "what ws sends is received by us": entry(sending.whatWsSendsIsReceived, 800),
  "two engines agree": entry(twoEnginesAgree, 200),
};

function entry<T>(property: fc.IRawProperty<T>, runs: number): Entry {
  return { property: property as fc.IRawProperty<unknown>, runs };
}
