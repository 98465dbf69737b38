/** A crowd at the door: 5,000 connections that are opened in the same moment, as after an outage. */

import type { Sample, ServerName } from "../model.ts";
import type { Place, RunnableScenario, Stage } from "../scenario.ts";
import type { ServerProcess } from "../servers/start.ts";
import type { Crowd } from "./crowd.ts";
import { settled } from "./crowd.ts";
import { crowdStage } from "./crowd-stage.ts";

const CONNECTIONS = 5000;

/** It comes back: code that has run before is what a long-running server has. */
const WARM_UP = 2000;

export const openedAtOnce: RunnableScenario = {
  scenario: {
    id: "opened-at-once-5000",
    group: "connections",
    title: "5,000 connections, opened at once",
    unit: "CPU µs per connection",
    lowerIsBetter: true,
  },
  servers: ["antiphon", "ws", "crossws", "socket.io", "bun", "net", "http"],
  isLong: true,
  seconds: { start: 2, sample: 1.5 },
  start,
};

function start(name: ServerName, place: Place): Promise<Stage> {
  return crowdStage(name, place, {
    async warmUp(crowd) {
      await crowd.open(WARM_UP);
      await crowd.leaveAll();
    },
    sample: (server, crowd) => sample(server, crowd, CONNECTIONS),
  });
}

async function sample(server: ServerProcess, crowd: Crowd, count: number): Promise<Sample> {
  await settled(server);
  const before = await server.cpu();
  const { opened, failed, seconds, busy } = await crowd.openAtOnce(count);
  const spent = (await server.cpu()) - before;
  await crowd.leaveAll();
  if (opened === 0) throw new Error(`none of ${count} connections was opened`);
  return {
    value: spent / opened,
    extra: { connections: opened, failed, allOpen: seconds * 1000, loadCpu: busy, serverCpu: spent / 1e6 / seconds },
  };
}
