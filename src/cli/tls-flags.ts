/** TLS for the servers of the command line: a certificate from files, or one that is made for the moment. */

import type { Command } from "commander";
import { readOption } from "./connection-flags.ts";
import { CliError, ExitCode } from "./exit-code.ts";
import type { Certificate } from "./self-signed.ts";

/** What `addTlsFlags` adds. */
export interface TlsFlags {
  readonly tls?: boolean;
  readonly cert?: string;
  readonly key?: string;
}

/** Adds them. */
export function addTlsFlags(command: Command): Command {
  return command
    .option("--tls", "speak TLS (https: and wss:), with a certificate made for the moment, or that of --cert")
    .option("--cert <file>", "the certificate (PEM), with --key")
    .option("--key <file>", "the private key of --cert (PEM)");
}

/** The certificate that the flags ask for; `undefined` for none. Throws a `CliError` for a file that cannot be read. */
export async function toCertificate(flags: TlsFlags, host: string): Promise<Certificate | undefined> {
  const { tls, cert, key } = flags;
  if (Boolean(cert) !== Boolean(key)) throw new CliError("--cert and --key belong together", ExitCode.usage);
  if (cert !== undefined && key !== undefined) {
    return { cert: readOption("--cert", cert), key: readOption("--key", key) };
  }
  if (!tls) return undefined;
  const { selfSigned } = await import("./self-signed.ts");
  return selfSigned(["localhost", "127.0.0.1", "::1", host]);
}

/** What clients have to do about it, if it is made for the moment. */
export function certificateNote({ tls, cert }: TlsFlags): string[] {
  return tls && cert === undefined
    ? ["The certificate is made for this run: clients need --insecure, browsers ask once."]
    : [];
}
