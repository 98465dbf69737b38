/** `antiphon serve`: starts the server, and tells where it is and who comes and goes. */

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { CliError, ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { certificateNote, type TlsFlags, toCertificate } from "../tls-flags.ts";
import { visitorsOf } from "../visitors.ts";
import { fileProblem } from "../words.ts";
import { openInBrowser } from "./browser.ts";
import { startServe } from "./serve-server.ts";

/** The options of the command. */
export interface ServeFlags extends TlsFlags {
  readonly port: number;
  readonly host: string;
  readonly open?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Serves until the process is told to end. */
export async function runServe(folder: string | undefined, flags: ServeFlags, terminal: Terminal): Promise<void> {
  const { quiet, json, host, port } = flags;
  const root = folder === undefined ? undefined : checkedFolder(folder);
  const tls = await toCertificate(flags, host);
  const observer = quiet ? undefined : visitorsOf(terminal, json ? "json" : "words");
  const { url, chatPage, ...listening } = await startServe({ port, host, folder: root, tls, observer });
  if (flags.open) openInBrowser(url, () => terminal.note(`No browser could be opened; the address is ${url}`));
  const chat = `${url.replace("http", "ws")}/chat/lobby`;
  if (json) {
    return terminal.print(JSON.stringify({ event: "listening", url, chat, port: listening.port, folder: root }));
  }
  const what = root === undefined ? "A chat, to be opened in two windows" : `The files of ${folder}`;
  terminal.print(`${what}: ${terminal.style("bold", url)}`);
  if (root !== undefined && chatPage !== undefined) terminal.print(`A chat: ${url}${chatPage}`);
  terminal.print(`Its rooms: ${chat}, /chat/NAME. Ctrl-C ends it.`);
  for (const note of certificateNote(flags)) terminal.note(note);
}

function checkedFolder(folder: string): string {
  const path = resolve(folder);
  let problem = "it is no folder";
  try {
    if (statSync(path).isDirectory()) return path;
  } catch (error) {
    problem = fileProblem(error);
  }
  throw new CliError(`${folder} cannot be served: ${problem}`, ExitCode.usage);
}
