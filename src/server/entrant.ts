/** A handshake that passed the checks: who asks, for which route. */

import type { Upgrade } from "../protocol/handshake/server.ts";
import type { Handshake } from "./host.ts";
import type { AnyRoute } from "./routes.ts";
import type { RouteMatch } from "./routing/route-table.ts";

/** What middleware and handler are about to see. */
export interface Entrant {
  readonly handshake: Handshake;
  readonly upgrade: Upgrade;
  readonly match: RouteMatch<AnyRoute>;
}
