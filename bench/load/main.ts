/** The process with all clients of all servers in it: opens them, has them work, and checks what they get. */

import { answer } from "../support/child.ts";
import type { Shape } from "./closed-loop.ts";
import { runClosedLoop } from "./closed-loop.ts";
import type { CrowdOptions } from "./crowd.ts";
import { Crowd } from "./crowd.ts";
import type { Offer, Offered } from "./open-loop.ts";
import { runOpenLoop } from "./open-loop.ts";
import type { Visited } from "./visits.ts";
import { runVisits } from "./visits.ts";

/** Which crowd a question is about. */
interface Which {
  readonly id: string;
}

/** What a piece of work was. */
export interface Worked {
  /** Messages that came. */
  readonly messages: number;
  readonly milliseconds: number;
  /** Of processor time of this process. */
  readonly cpuMilliseconds: number;
}

const crowds = new Map<string, Crowd>();

answer({
  async open({ id, ...options }: CrowdOptions & Which): Promise<void> {
    const crowd = new Crowd(options);
    crowds.set(id, crowd);
    await crowd.open(options.connections);
  },

  /** Works for so long, one burst at least, and has some of the clients compare what they get. */
  async check({ id, shape, milliseconds }: Which & { shape: Shape; milliseconds: number }): Promise<void> {
    const crowd = crowds.get(id)!;
    await crowd.witness(() => runClosedLoop(crowd, shape, performance.now() + milliseconds));
  },

  /** Works for so long, one burst at least. */
  run: ({ id, shape, milliseconds }: Which & { shape: Shape; milliseconds: number }): Promise<Worked> =>
    timed(async () => ({ messages: await runClosedLoop(crowds.get(id)!, shape, performance.now() + milliseconds) })),

  offer: ({ id, ...offer }: Which & Offer): Promise<Worked & Offered> =>
    timed(() => runOpenLoop(crowds.get(id)!, offer)),

  visit: ({ milliseconds, ...options }: CrowdOptions & { milliseconds: number }): Promise<Worked & Visited> =>
    timed(() => runVisits(options, performance.now() + milliseconds)),

  close({ id }: Which): void {
    crowds.get(id)?.close();
    crowds.delete(id);
  },
});

async function timed<Result>(
  work: () => Promise<Result>,
): Promise<Result & { milliseconds: number; cpuMilliseconds: number }> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ...result, milliseconds: performance.now() - began, cpuMilliseconds: (user + system) / 1000 };
}
