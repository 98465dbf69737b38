/** Handshakes: 64 in progress at any time, each connection closed with the close handshake as soon as it is open. */

import type { Sample, ServerName } from "../model.ts";
import type { Place, RunnableScenario, Stage } from "../scenario.ts";
import type { ServerProcess } from "../servers/start.ts";
import { startServer } from "../servers/start.ts";
import { Crowd, settled, targetOf } from "./crowd.ts";

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

async function start(name: ServerName, place: Place): Promise<Stage> {
  const server = startServer(name, { core: place.serverCore });
  let crowd: Crowd | undefined;
  const close = async () => {
    await Promise.all([crowd?.end(), server.end()]);
  };
  try {
    const { port } = await server.listen({ kind: "echo", compression: false });
    crowd = new Crowd(targetOf(name, port, false), place);
    await crowd.handshakes({ inProgress: IN_PROGRESS, milliseconds: 0, atLeast: place.quick ? WARM_UP / 3 : WARM_UP });
    const ready = crowd;
    return { sample: () => sample(server, ready, place.quick ? SAMPLE / 3 : SAMPLE), close };
  } catch (error) {
    await close();
    throw error;
  }
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
