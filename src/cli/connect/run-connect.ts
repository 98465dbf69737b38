/** `antiphon connect`: a person gets a prompt, a pipe is passed on line by line. */

import { toConnectOptions } from "../connection-flags.ts";
import type { Terminal } from "../terminal.ts";
import type { ConnectFlags } from "./flags.ts";

/** Talks until either side ends it. */
export async function runConnect(url: URL, flags: ConnectFlags, terminal: Terminal): Promise<void> {
  // With --reconnect, a server that is not up yet is waited for.
  const options = { ...toConnectOptions(flags), reconnect: flags.reconnect && { initial: true } };
  if (terminal.isInteractive) {
    const { talk } = await import("./talk.ts");
    await talk(url, options, flags, terminal);
  } else {
    const { passOn } = await import("./pass-on.ts");
    await passOn(url, options, flags, terminal);
  }
}
