/** The four parameters of permessage-deflate (RFC 7692, 7.1): read from an offer or an answer. Decides nothing. */
import type { ExtensionParameter } from "./extension-header.ts";

/** What an offer or an answer says. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  /** 8 to 15; `undefined`: not mentioned. */
  readonly serverMaxWindowBits: number | undefined;
  /** 8 to 15; `"any"`: mentioned without a value, in offers only; `undefined`: not mentioned. */
  readonly clientMaxWindowBits: number | "any" | undefined;
}

/** The parameters of a client's offer, or why it must be declined (RFC 7692, 7.1). */
export function readOfferParameters(parameters: readonly ExtensionParameter[]): DeflateParameters | { reason: string } {
  return readParameters(parameters, readClientBitsOfOffer);
}

/** The parameters of a server's answer, or why the connection must fail (RFC 7692, 7.1). */
export function readAnswerParameters(
  parameters: readonly ExtensionParameter[],
): DeflateParameters | { reason: string } {
  return readParameters(parameters, readBits);
}

function readParameters(
  parameters: readonly ExtensionParameter[],
  readClientBits: (value: string | true) => number | "any" | undefined,
): DeflateParameters | { reason: string } {
  const values = new Map<string, string | true>();
  for (const { name, value } of parameters) {
    // RFC 7692, 7.1: decline or fail when there are "multiple extension parameters with the same name" …
    if (values.has(name)) return { reason: `${name} comes twice` };
    values.set(name, value);
    const valid = checkValue(name, value, readClientBits);
    if (valid !== undefined) return { reason: valid };
  }
  const serverBits = values.get("server_max_window_bits");
  const clientBits = values.get("client_max_window_bits");
  return {
    serverNoContextTakeover: values.has("server_no_context_takeover"),
    clientNoContextTakeover: values.has("client_no_context_takeover"),
    serverMaxWindowBits: serverBits === undefined ? undefined : readBits(serverBits),
    clientMaxWindowBits: clientBits === undefined ? undefined : readClientBits(clientBits),
  };
}

/** The reason why a parameter is wrong, or nothing. */
function checkValue(
  name: string,
  value: string | true,
  readClientBits: (value: string | true) => number | "any" | undefined,
): string | undefined {
  switch (name) {
    case "server_no_context_takeover":
    case "client_no_context_takeover":
      // RFC 7692, 7.1.1: neither has a value; decline or fail at "an extension parameter with an invalid value" …
      return value === true ? undefined : `${name} has a value`;
    case "server_max_window_bits":
      return readBits(value) === undefined ? `${name} is not a number from 8 to 15` : undefined;
    case "client_max_window_bits":
      return readClientBits(value) === undefined ? `${name} is not a number from 8 to 15` : undefined;
    default:
      // … or "an extension parameter not defined for use in an offer" (or "in a response").
      return "a parameter is unknown";
  }
}

/** RFC 7692, 7.1.2: "a decimal integer value without leading zeroes between 8 to 15, inclusive" */
function readBits(value: string | true): number | undefined {
  return value !== true && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined;
}

/** RFC 7692, 7.1.2.2: in an offer it may also come without a value, as a hint that the answer may have it. */
function readClientBitsOfOffer(value: string | true): number | "any" | undefined {
  return value === true ? "any" : readBits(value);
}
