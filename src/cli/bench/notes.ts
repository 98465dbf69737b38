/** What to know when reading the figures of a bench: sentences, each only where it holds. */

import { counted, inPercent, inTime } from "./figures.ts";
import type { Load } from "./load.ts";
import type { BenchPlan } from "./plan.ts";

/** All that hold. */
export function notesOf(load: Load, plan: BenchPlan): string[] {
  const { tally, payloads, expect } = load;
  const missing = tally.lost + tally.notSent;
  const notes: (string | false)[] = [
    missing > 0 &&
      `${counted(missing, "message")} (${inPercent(Math.min(1, missing / Math.max(1, tally.due)))}) had no answer, and are in no latency: the true figures are worse`,
    tally.waited > 0 &&
      `${counted(tally.waited, "message")} had to wait because the server did not read as fast as it was sent to; that is part of the latency`,
    plan.expect === "auto" && expect === "any" && "the answers are no echoes: only their number was checked",
    !!payloads.prefix && `every answer has ${JSON.stringify(payloads.prefix)} before the message`,
    tally.otherKind > 0 && "echoes come back as the other kind: text as bytes, or bytes as text",
    tally.unasked > 0 &&
      `${counted(tally.unasked, "message")} came that answer nothing; if the server sends to all, as a chat room does, the latencies are wrong`,
    tally.greetings > 0 && `${counted(tally.greetings, "message")} came before any was sent, and counts as no answer`,
    load.underWay > 0 && `${counted(load.underWay, "message")} had no answer yet when the bench was interrupted`,
    plan.ramp > plan.warmup &&
      `the load rose for ${inTime(plan.ramp - plan.warmup)} of the measured time: percentiles mix all of its heights`,
  ];
  return notes.filter((note) => note !== false);
}
