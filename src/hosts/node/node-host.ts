/** Node as the host of an app: its platform, its clock, its files and its asynchronous contexts. */

import { nodePlatform } from "../../protocol/node/platform.ts";
import { systemClock } from "../../protocol/run/clock.ts";
import type { Host } from "../../server/host.ts";
import { captureContext } from "./async-context.ts";
import { serveFiles } from "./static-files.ts";

/** All of a {@link Host} but the observers, which depend on what the app is given. */
export const nodeHost: Omit<Host, "observers"> = {
  platform: nodePlatform,
  clock: systemClock,
  serveFiles,
  captureContext,
};
