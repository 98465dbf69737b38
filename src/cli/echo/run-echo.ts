/** `antiphon echo`: starts the server, and tells where it is and who comes and goes. */

import type { Terminal } from "../terminal.ts";
import { certificateNote, type TlsFlags, toCertificate } from "../tls-flags.ts";
import { visitorsOf } from "../visitors.ts";
import { startEcho } from "./echo-server.ts";

/** The options of the command. */
export interface EchoFlags extends TlsFlags {
  readonly port: number;
  readonly host: string;
  readonly path?: string;
  readonly prefix?: string;
  readonly compression?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Starts an echo server; it runs until the process is told to end. */
export async function runEcho(flags: EchoFlags, terminal: Terminal): Promise<void> {
  const { quiet, json, path: typed = "/*", host } = flags;
  const path = typed.replace(/^(?!\/)/, "/");
  const tls = await toCertificate(flags, host);
  const observer = quiet ? undefined : visitorsOf(terminal, json ? "json" : "words");
  const { url, port } = await startEcho({ ...flags, path, tls, observer });
  const place = `${url.replace("http", "ws")}${path === "/*" ? "" : path}`;
  if (json) return terminal.print(JSON.stringify({ event: "listening", url: place, page: url, port }));
  terminal.print(`Echo server at ${terminal.style("bold", place)} (in a browser: ${url}). Ctrl-C ends it.`);
  for (const note of certificateNote(flags)) terminal.note(note);
}
