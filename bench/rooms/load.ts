/** The process with all clients of all contenders in it: opens them, has them work, and checks what they get. */

import { answer } from "../support/child.ts";
import type { GroupOptions } from "./group.ts";
import { Group } from "./group.ts";

/** What one contender's clients are. */
export interface LoadOptions extends Omit<GroupOptions, "group"> {
  readonly id: string;
  readonly groups: number;
}

/** What a sample of work was. */
export interface Worked {
  /** Messages that came. */
  readonly deliveries: number;
  readonly milliseconds: number;
  /** Of processor time of this process. */
  readonly cpuMilliseconds: number;
}

const loads = new Map<string, readonly Group[]>();

answer({
  async open({ id, groups, ...options }: LoadOptions): Promise<void> {
    const opened: Group[] = [];
    for (let group = 0; group < groups; group++) opened.push(await Group.open({ ...options, group }));
    loads.set(id, opened);
  },

  /** Has every group send once, and looks at all that comes. */
  async check(id: string): Promise<void> {
    for (const group of loads.get(id)!) await group.check();
  },

  /** Has all groups work at once, each for itself. */
  async run({ id, milliseconds }: { id: string; milliseconds: number }): Promise<Worked> {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const until = began + milliseconds;
    const counts = await Promise.all(loads.get(id)!.map((group) => group.run(until)));
    const { user, system } = process.cpuUsage(cpu);
    return {
      deliveries: counts.reduce((sum, count) => sum + count, 0),
      milliseconds: performance.now() - began,
      cpuMilliseconds: (user + system) / 1000,
    };
  },

  close(id: string): void {
    for (const group of loads.get(id) ?? []) group.close();
    loads.delete(id);
  },
});
