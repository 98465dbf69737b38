/** A server that echoes and a crowd before it, both warm: what is measured of connections that come and go. */

import type { Sample, ServerName } from "../model.ts";
import type { Place, Stage } from "../scenario.ts";
import type { ServerProcess } from "../servers/start.ts";
import { startServer } from "../servers/start.ts";
import { Crowd, targetOf } from "./crowd.ts";

/** What a scenario does with them. */
export interface CrowdActs {
  warmUp(crowd: Crowd): Promise<unknown>;
  sample(server: ServerProcess, crowd: Crowd): Promise<Sample>;
}

/** Starts both; ends both if one of them fails. */
export async function crowdStage(name: ServerName, place: Place, { warmUp, sample }: CrowdActs): Promise<Stage> {
  const server = startServer(name, { core: place.serverCore });
  let crowd: Crowd | undefined;
  const close = async () => {
    await Promise.all([crowd?.end(), server.end()]);
  };
  try {
    const { port } = await server.listen({ kind: "echo", compression: false });
    const ready = new Crowd(targetOf(name, port, false), place);
    crowd = ready;
    await warmUp(ready);
    return { sample: () => sample(server, ready), close };
  } catch (error) {
    await close();
    throw error;
  }
}
