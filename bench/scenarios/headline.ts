/** The scenario that others publish figures of: so many clients come at once, each sends so many JSON messages, and leaves. */

import type { Worked } from "../load/main.ts";
import type { Visited } from "../load/visits.ts";
import type { Sample, ServerName } from "../model.ts";
import type { RunnableScenario } from "../scenario.ts";
import { SharedLoad } from "./shared-load.ts";
import { costOf, type Sides, sampleTime, setStage, warmUpTime } from "./stage.ts";

/** Connections, and messages of each. */
const MANY = 100;

/** Connecting and leaving are part of it. */
export function headline(servers: readonly ServerName[]): RunnableScenario {
  const shared = new SharedLoad();
  const payloads = { kind: "dialogue", size: 0, count: MANY } as const;
  const setting = { kind: "json", connections: MANY, payloads, deflate: false } as const;

  async function ready(sides: Sides): Promise<void> {
    await visit(sides, warmUpTime(sides.place));
  }

  async function sample(sides: Sides): Promise<Sample> {
    const { sample, result } = await costOf(sides, () => visit(sides, sampleTime(sides.place)));
    const { connections, milliseconds, p50, p99, p999 } = result;
    const connectionsPerSecond = (connections / milliseconds) * 1000;
    return { value: sample.value, extra: { connectionsPerSecond, ...sample.extra, p50, p99, p999 } };
  }

  return {
    scenario: {
      id: `headline-${MANY}x${MANY}`,
      group: "headline",
      title: `${MANY} clients come at once, send ${MANY} JSON messages each, and leave`,
      unit: "CPU µs per message",
      lowerIsBetter: true,
    },
    servers,
    seconds: { start: 1.1, sample: 0.5 },
    start: (server, place) => setStage(shared, server, setting, { place, ready, sample }),
  };
}

function visit({ load, crowd }: Sides, milliseconds: number): Promise<Worked & Visited> {
  return load.ask("visit", { ...crowd, milliseconds });
}
