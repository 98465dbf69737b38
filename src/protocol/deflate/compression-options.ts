/** The `compression` option: what users write, checked and filled up. What peers agree on is in `agreement.ts`. */
import { BAD_COMPRESSION_OPTION, usageError } from "../../errors.ts";

/** How messages are compressed (RFC 7692, permessage-deflate). Every option has a default. */
export interface CompressionOptions {
  /** Messages smaller than this are sent uncompressed, in bytes. @default 1024: below it little is won for the CPU time */
  readonly threshold?: number | undefined;
  /**
   * The level of zlib, 0 (store) to 9 (smallest). @default 3: on JSON half the CPU time of zlib's own 6 from 16 KiB on,
   * for output that is 6 % larger; on 1 KiB they are level
   */
  readonly level?: number | undefined;
  /** The `memLevel` of zlib, 1 to 9: a compressor takes 2^(memory + 9) bytes beside its window. @default 8: zlib's own */
  readonly memory?: number | undefined;
  /**
   * The server's compressor forgets each message. A client that sets it demands it. @default true: no zlib state is
   * kept for an idle connection
   */
  readonly serverNoContextTakeover?: boolean | undefined;
  /** The client's compressor forgets each message. @default true: as above */
  readonly clientNoContextTakeover?: boolean | undefined;
  /** The largest window of the server's compressor, 8 to 15 (256 B to 32 KiB). A client that sets it demands it. @default 15 */
  readonly serverMaxWindowBits?: number | undefined;
  /**
   * The largest window of the client's compressor, 8 to 15. A server below 15 declines clients that cannot be told so
   * (Firefox and Safari do not offer it): they are served uncompressed. @default 15
   */
  readonly clientMaxWindowBits?: number | undefined;
}

/** {@link CompressionOptions} with nothing left out. */
export type ResolvedCompression = {
  readonly [Option in keyof CompressionOptions]-?: NonNullable<CompressionOptions[Option]>;
};

/**
 * Fills up and checks the `compression` option; `null` means no compression.
 * Throws `UsageError` (`BAD_COMPRESSION_OPTION`) that names the option.
 *
 * @example
 * resolveCompression({ level: 6 }); // { level: 6, threshold: 1024, … }
 * resolveCompression(false); // null
 */
export function resolveCompression(
  option: boolean | CompressionOptions | null | undefined,
): ResolvedCompression | null {
  if (option === false || option === null || option === undefined) return null;
  const options = option === true ? {} : option;
  return {
    threshold: takeInteger(options, "threshold", { least: 0, most: Number.MAX_SAFE_INTEGER, otherwise: 1024 }),
    level: takeInteger(options, "level", { least: 0, most: 9, otherwise: 3 }),
    memory: takeInteger(options, "memory", { least: 1, most: 9, otherwise: 8 }),
    serverNoContextTakeover: takeBoolean(options, "serverNoContextTakeover"),
    clientNoContextTakeover: takeBoolean(options, "clientNoContextTakeover"),
    // RFC 7692, 7.1.2: "a decimal integer value without leading zeroes between 8 to 15, inclusive"
    serverMaxWindowBits: takeInteger(options, "serverMaxWindowBits", { least: 8, most: 15, otherwise: 15 }),
    clientMaxWindowBits: takeInteger(options, "clientMaxWindowBits", { least: 8, most: 15, otherwise: 15 }),
  };
}

type IntegerOption = "threshold" | "level" | "memory" | "serverMaxWindowBits" | "clientMaxWindowBits";
type BooleanOption = "serverNoContextTakeover" | "clientNoContextTakeover";

function takeInteger(
  options: CompressionOptions,
  name: IntegerOption,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number {
  const value = options[name] ?? otherwise;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const expected =
    most === Number.MAX_SAFE_INTEGER ? "a whole number of bytes" : `a whole number from ${least} to ${most}`;
  throw usageError(BAD_COMPRESSION_OPTION, name, typeof value === "number" ? value : String(value), expected);
}

function takeBoolean(options: CompressionOptions, name: BooleanOption): boolean {
  const value = options[name] ?? true;
  if (typeof value === "boolean") return value;
  throw usageError(BAD_COMPRESSION_OPTION, name, String(value), "true or false");
}
