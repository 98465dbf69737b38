/** Handshakes: 64 in progress at any time, each connection closed with the close handshake as soon as it is open. */

import type { Sample, ServerName } from "../model.ts";
import type { Place, RunnableScenario, Stage } from "../scenario.ts";
import type { ServerProcess } from "../servers/start.ts";
import type { Crowd } from "./crowd.ts";
import { settled } from "./crowd.ts";
import { crowdStage } from "./crowd-stage.ts";

const IN_PROGRESS = 64;

/** Milliseconds of a sample. */
const SAMPLE = 700;

/** Handshakes before the first sample: all servers warm up at the same time, so that a time would say little. */
const WARM_UP = 3000;

export const handshakes: RunnableScenario = {
  scenario: {
    id: "handshakes-64",
    group: "connections",
    title: "Handshakes, 64 in progress, each with its close",
    unit: "CPU µs per handshake",
    lowerIsBetter: true,
  },
  servers: ["antiphon", "ws", "ws+native", "crossws", "socket.io", "bun", "net", "http"],
  seconds: { start: 2, sample: 0.9 },
  start,
};

function start(name: ServerName, place: Place): Promise<Stage> {
  const atLeast = place.quick ? WARM_UP / 3 : WARM_UP;
  return crowdStage(name, place, {
    warmUp: (crowd) => crowd.handshakes({ inProgress: IN_PROGRESS, milliseconds: 0, atLeast }),
    sample: (server, crowd) => sample(server, crowd, place.quick ? SAMPLE / 3 : SAMPLE),
  });
}

async function sample(server: ServerProcess, crowd: Crowd, milliseconds: number): Promise<Sample> {
  await settled(server);
  const before = await server.cpu();
  const { opened, seconds, busy } = await crowd.handshakes({ inProgress: IN_PROGRESS, milliseconds, atLeast: 1 });
  const spent = (await server.cpu()) - before;
  return {
    value: spent / opened,
    extra: { handshakesPerSecond: opened / seconds, loadCpu: busy, serverCpu: spent / 1e6 / seconds },
  };
}
