/** How much may wait to be received by a script, and how long. */

import type { ConnectOptions } from "../../client/connect-options.ts";
import type { ReceiveWindow } from "../lane/lane.ts";

/** A script takes messages in parcels, so that more of them fit than elsewhere. It may also leave them for as long as it likes. */
const DEFAULTS = { receiveMessages: 4096, receiveBytes: 1024 * 1024, receiveFullTimeout: Infinity };

/** The options with these limits in place of the defaults. */
export function withWindow<Options extends Pick<ConnectOptions, "limits">>(options: Options): Options {
  return { ...options, limits: { ...DEFAULTS, ...given(options) } };
}

/** What may be delivered to the script and not be taken. */
export function receiveWindow(options: Pick<ConnectOptions, "limits">): ReceiveWindow {
  const { receiveMessages, receiveBytes } = { ...DEFAULTS, ...given(options) };
  return { messages: receiveMessages, bytes: receiveBytes };
}

/** Those that are `undefined` keep their defaults. */
function given({ limits }: Pick<ConnectOptions, "limits">): NonNullable<typeof limits> {
  return Object.fromEntries(Object.entries(limits ?? {}).filter(([, value]) => value !== undefined));
}
