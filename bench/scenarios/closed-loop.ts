/** Scenarios in which the load waits for its answers: echoes, rooms, styles of handlers. */

import type { Shape } from "../load/closed-loop.ts";
import type { Worked } from "../load/main.ts";
import type { Sample, Scenario, ServerName } from "../model.ts";
import type { RunnableScenario } from "../scenario.ts";
import { SharedLoad } from "./shared-load.ts";
import { costOf, type Setting, type Sides, sampleTime, setStage, warmUpTime } from "./stage.ts";

/** What there is to say of one. */
export interface ClosedLoop extends Setting {
  readonly id: string;
  readonly group: Scenario["group"];
  readonly title: string;
  readonly unit: string;
  readonly servers: readonly ServerName[];
  /** Also how long the longest turn of the event loop is in one burst, where the server can tell. */
  readonly turns?: boolean;
}

/** Milliseconds before each sample, in which what comes is compared: what the others have pushed out of the caches comes back. */
const PRELUDE = 40;

/** One that runs. */
export function closedLoop({ id, group, title, unit, servers, turns, ...setting }: ClosedLoop): RunnableScenario {
  const shared = new SharedLoad();
  const shape: Shape = setting.kind === "room" ? "room" : "echo";

  async function ready(sides: Sides): Promise<void> {
    await sides.load.ask("open", { id: sides.id, ...sides.crowd });
    await check(sides, 0);
    await run(sides, warmUpTime(sides.place));
  }

  async function sample(sides: Sides): Promise<Sample> {
    await check(sides, PRELUDE);
    const { sample } = await costOf(sides, () => run(sides, sampleTime(sides.place)));
    if (!turns) return sample;
    await sides.server.startTurns();
    await run(sides, 0);
    return { ...sample, extra: { ...sample.extra, longestTurn: await sides.server.longestTurn() } };
  }

  function check({ load, id }: Sides, milliseconds: number): Promise<void> {
    return load.ask("check", { id, shape, milliseconds });
  }

  function run({ load, id }: Sides, milliseconds: number): Promise<Worked> {
    return load.ask("run", { id, shape, milliseconds });
  }

  return {
    scenario: { id, group, title, unit, lowerIsBetter: true },
    servers,
    seconds: { start: 1 + setting.connections / 2500, sample: 0.4 },
    start: (server, place) => setStage(shared, server, setting, { place, ready, sample }),
  };
}
