/** All that is measured of connections as such: how they come, and what they take while they rest. */

import type { RunnableScenario } from "../scenario.ts";
import { handshakes } from "./handshakes.ts";
import { idle } from "./idle.ts";
import { openedAtOnce } from "./opened-at-once.ts";

/** In the order of the report. */
export const CONNECTION_SCENARIOS: readonly RunnableScenario[] = [handshakes, openedAtOnce, ...idle];
