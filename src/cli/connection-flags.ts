/** The options of every command that connects, and the ways to read a URL, a header, a count, a size and a time. */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { ConnectOptions } from "../client/index.ts";
import { CliError, ExitCode } from "./exit-code.ts";
import { fileProblem } from "./words.ts";

/** What `addConnectionFlags` adds, as commander gives it. */
export interface ConnectionFlags {
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly subprotocol: readonly string[];
  readonly origin?: string;
  readonly insecure?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly compression?: boolean;
  readonly http2?: boolean;
  readonly proxy?: string;
}

/** Adds them, under one heading of the help, behind the options that the command has of its own. */
export function addConnectionFlags(command: Command): Command {
  return command
    .optionsGroup("Connection:")
    .option("-H, --header <line>", 'a header of the request: "Name: value"; repeatable', toHeader, [])
    .option("-s, --subprotocol <name>", "a subprotocol to offer, by preference; repeatable", gather, [])
    .option("-o, --origin <url>", "the Origin header, as a browser sends it")
    .option("-k, --insecure", "take any certificate of the server: for tests only")
    .option("--ca <file>", "trust the certificate authorities in this file (PEM)")
    .option("--cert <file>", "the client's certificate (PEM), with --key")
    .option("--key <file>", "the private key of --cert (PEM)")
    .addOption(
      new Option("--timeout <time>", "how long connecting, and each answer, may take: 500ms, 10s, 2m")
        .argParser(toMilliseconds)
        .default(10_000, "10s"),
    )
    .option("--compression", "offer permessage-deflate")
    .option("--http2", "connect over HTTP/2")
    .option("--proxy <url>", 'an HTTP proxy to go through; "env": the one that HTTPS_PROXY or HTTP_PROXY names');
}

/** The flags as options of `connect`. Throws a `CliError` for a file that cannot be read. */
export function toConnectOptions(flags: ConnectionFlags): ConnectOptions {
  const { header, origin, ca, cert, key, insecure } = flags;
  if (Boolean(cert) !== Boolean(key)) throw new CliError("--cert and --key belong together", ExitCode.usage);
  const headers = origin === undefined ? header : [...header, ["Origin", origin] as const];
  return {
    headers,
    subprotocols: flags.subprotocol,
    timeout: flags.timeout,
    compression: flags.compression,
    http2: flags.http2,
    proxy: flags.proxy,
    // Whoever looks at a server wants to see what comes, and to leave soon.
    limits: { messageSize: 256 * MIB, closeTimeout: Math.min(flags.timeout, 3000) || 1 },
    tls: {
      ca: ca === undefined ? undefined : readOption("--ca", ca),
      cert: cert === undefined ? undefined : readOption("--cert", cert),
      key: key === undefined ? undefined : readOption("--key", key),
      rejectUnauthorized: insecure ? false : undefined,
    },
  };
}

const MIB = 1024 * 1024;

/** The contents of a file that an option names. Throws a `CliError` that names both. */
export function readOption(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`${option}: ${file} cannot be read: ${fileProblem(error)}`, ExitCode.usage);
  }
}

/**
 * A URL as people type it: `localhost:8765`, `:8765` and `example.com/ws` are `ws:`, `http:` is `ws:`, `https:` is `wss:`. Throws
 * commander's `InvalidArgumentError` for what is none.
 */
export function toWebSocketUrl(text: string): URL {
  const typed = text.trim().replace(/^:(?=\d)/, "localhost:");
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(typed) || /^ws\+unix:/i.test(typed);
  const full = (hasScheme ? typed : `ws://${typed}`).replace(/^http/i, "ws");
  // `URL` would make a host of the path of `ws:///chat`.
  const url = /\s|^wss?:\/\/[/\\]/i.test(full) || !URL.canParse(full) ? undefined : new URL(full);
  if (url === undefined || url.port === "0") {
    throw new InvalidArgumentError("It is no URL such as ws://localhost:8765/path or wss://example.com.");
  }
  if (!SCHEMES.has(url.protocol)) {
    throw new InvalidArgumentError(
      `${url.protocol} opens no WebSocket; ws: and wss: do, http: and https: stand for them.`,
    );
  }
  url.hash = "";
  return url;
}

const SCHEMES = new Set(["ws:", "wss:", "ws+unix:"]);

/** A whole number from 0. */
export function toCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError("It is no whole number from 0.");
}

/** A whole number from 1. */
export function toCountFromOne(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("It is no whole number from 1.");
}

/** A TCP port; 0 stands for any that is free. */
export function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

/** Milliseconds: `500`, `500ms`, `10s`, `1.5s`, `2m`, `1h`. */
export function toMilliseconds(text: string): number {
  const [, number, unit = "ms"] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h)?$/i.exec(text.trim()) ?? [];
  const milliseconds = Math.round(Number(number) * MILLISECONDS[unit.toLowerCase()]!);
  // The longest that a timer can run, about 24 days.
  if (milliseconds <= 0x7fff_ffff) return milliseconds;
  throw new InvalidArgumentError("It is no time such as 500ms, 10s or 2m (a number alone is milliseconds).");
}

const MILLISECONDS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Bytes: `64`, `64B`, `4k`, `4KB`, `4KiB`, `1M`, `1MiB`; a k is 1024. */
export function toByteSize(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([km]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const size = Number(number) * 1024 ** ["", "k", "m"].indexOf(unit.toLowerCase());
  if (Number.isSafeInteger(size)) return size;
  throw new InvalidArgumentError("It is no size such as 64, 4KiB or 1MiB.");
}

/** Gathers the values of an option that may stand several times. */
export function gather(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

function toHeader(line: string, previous: ConnectionFlags["header"]): ConnectionFlags["header"] {
  const [, name, value] = /^([^:\s]+)\s*:\s*(.*?)\s*$/s.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('It has no name and colon: write it as "Name: value".');
  }
  return [...previous, [name, value]];
}
