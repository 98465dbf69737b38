/** `antiphon listen`: connects, and hands what happens to a `Listener`. */

import { connect } from "../../client/index.ts";
import { toConnectOptions } from "../connection-flags.ts";
import type { Terminal } from "../terminal.ts";
import { errorInWords } from "../words.ts";
import type { ListenFlags } from "./listener.ts";
import { Listener } from "./listener.ts";
import { openRecorder } from "./recorder.ts";

/** Listens until the end, and tells how much came. Rejects when it ended otherwise than it should. */
export async function runListen(url: URL, flags: ListenFlags, terminal: Terminal): Promise<void> {
  using interruption = terminal.interrupted();
  const recorder =
    flags.record === undefined ? undefined : openRecorder(flags.record, flags.overwrite === true, terminal);
  const listener = new Listener(flags, terminal, recorder);
  const { signal } = interruption;
  signal.addEventListener("abort", () => listener.stop("interrupted"));
  try {
    const socket = await connect(url, {
      ...toConnectOptions(flags),
      signal,
      reconnect: flags.reconnect === true,
      onOpen: (opened, { attempt, recovered }) => listener.onOpen(opened, recovered ? attempt : undefined),
      onDisconnect: (info) => listener.onEnd(info, info.retryIn !== undefined),
      onRetry: ({ error, retryIn }) => {
        terminal.note(`${errorInWords(error)}; trying again in ${(retryIn / 1000).toFixed(1)} s`);
      },
    });
    await listener.run(socket);
  } finally {
    recorder?.close();
    if (flags.send.includes("-")) terminal.input.destroy();
  }
}
