/** Who comes to a server of the command line and who goes, a line each on stderr. */

import type { ConnectionClosed, ConnectionOpened, ConnectionRejected, ErrorSignal, Observer } from "../index.ts";
import type { Terminal } from "./terminal.ts";
import { closeInWords, errorInWords, visible } from "./words.ts";

/** An observer that tells. Connections have numbers, in the order in which they come. */
export function visitorsOf(terminal: Terminal, as: "words" | "json"): Observer {
  const numbers = new Map<string, number>();
  let last = 0;
  const tell = (event: Record<string, unknown>, words: string) => {
    const now = new Date();
    if (as === "json") return terminal.note(JSON.stringify({ ...event, at: now.toISOString() }));
    terminal.note(`${terminal.styleNote("dim", now.toTimeString().slice(0, 8))} ${visible(words)}`);
  };
  return {
    connectionOpened: (info: ConnectionOpened) => {
      numbers.set(info.id, ++last);
      const { path, remoteAddress, protocol, compression, httpVersion } = info;
      const more = [
        ...(protocol === "" ? [] : [`subprotocol ${protocol}`]),
        ...(compression ? ["compression"] : []),
        ...(httpVersion === "2.0" ? ["HTTP/2"] : []),
      ];
      const details = more.length === 0 ? "" : ` (${more.join(", ")})`;
      tell(
        { event: "open", connection: last, path, remoteAddress, subprotocol: protocol, compression },
        `#${last} came from ${remoteAddress} to ${path}${details}`,
      );
    },
    connectionClosed: (info: ConnectionClosed) => {
      const connection = numbers.get(info.id) ?? 0;
      numbers.delete(info.id);
      const { code, reason, wasClean, duration, received, sent, error } = info;
      const why = closeInWords({ code, reason, wasClean });
      const rule = error === undefined ? "" : `: ${errorInWords(error)}`;
      tell(
        { event: "close", connection, code, reason, wasClean, duration: Math.round(duration), received, sent },
        `#${connection} ${why}${rule} after ${seconds(duration)}: ${received.messages} in, ${sent.messages} out`,
      );
    },
    connectionRejected: ({ path, remoteAddress, status, reason }: ConnectionRejected) => {
      tell(
        { event: "reject", path, remoteAddress, status, reason },
        `${remoteAddress} got ${status} for ${path}: ${reason}`,
      );
    },
    error: ({ error, path }: ErrorSignal) => {
      tell({ event: "error", path, error: errorInWords(error) }, `error: ${errorInWords(error)}`);
    },
  };
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
