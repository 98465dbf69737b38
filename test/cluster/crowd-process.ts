/** The process of the crowd. Started by the test, which asks it. */

import { answer } from "../../bench/support/child.ts";
import { Chance } from "../soak/chance.ts";
import { Crowd, type CrowdPlan } from "./crowd.ts";

let crowd: Crowd | undefined;

answer({
  open(plan: CrowdPlan & { readonly seed: number }) {
    crowd = new Crowd(plan, new Chance(plan.seed));
  },
  enter: () => crowd!.enter(),
  stir: () => crowd!.stir(),
  calm: () => crowd!.calm(),
  doom: (station: string) => crowd!.doom(station),
  progress: () => crowd!.progress(),
  present: () => crowd!.present(),
  report: () => crowd!.report(),
  leave: () => crowd?.leave(),
});
