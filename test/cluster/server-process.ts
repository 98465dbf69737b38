/** The process of one server. Started by the test, which asks it. */

import { answer } from "../../bench/support/child.ts";
import type { EngineAddress } from "./engine-address.ts";
import { brokerAt } from "./engine-address.ts";
import { Station, type StationPlan } from "./station.ts";

let station: Station | undefined;

answer({
  open({ address, plan }: { readonly address: EngineAddress; readonly plan: StationPlan }) {
    station = new Station(plan);
    return station.open(brokerAt(address));
  },
  speak: () => station!.speak(),
  hush: () => station!.hush(),
  sent: () => station!.sent(),
  state: () => station!.state(),
  see: (asks: boolean) => station!.see(asks),
  report: () => station!.report(),
  close: () => station?.close(),
});
