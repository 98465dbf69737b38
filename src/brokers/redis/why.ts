/** Why Redis cannot be reached, in words for whoever runs it. */

import type { Place } from "./place.ts";

/** What an error of the client means; for what is not known, what it says itself, but for secrets. */
export function whyOf(error: unknown, where: Place): string {
  const { code, message } = toPlain(error);
  const known = KNOWN.find(([pattern]) => pattern.test(code) || pattern.test(message));
  if (known === undefined) return message === "" ? code : hide(message, where);
  const why = known[1];
  return code === "" || message.startsWith(code) ? why : `${why} (${code})`;
}

/** The text with `***` in place of each secret. A server that knows no AUTH repeats what it was given, for one. */
export function hide(text: string, { secrets }: Place): string {
  return secrets.reduce<string>((left, secret) => (secret ? left.replaceAll(secret, "***") : left), text);
}

/** By code of the error, or by what it says; the first that fits counts. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, "nothing listens there"],
  [/ENOTFOUND|EAI_AGAIN/, "no host of that name is known"],
  [/ENOENT/, "there is no such socket file"],
  [/^WRONGPASS/, "the user name or the password is wrong"],
  [/^NOAUTH/, "it wants a password: redis://user:password@host"],
  [/without any password configured/, "it has no password, and was given one"],
  [/unknown command.*HELLO/, "it does not know HELLO: before Redis 6.0 the option client: { RESP: 2 } is needed"],
  [/ERR_SSL_WRONG_VERSION|ERR_SSL_PACKET_LENGTH|wrong version number|packet length too long/, "it does not speak TLS"],
  [/CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|ERR_TLS/, "its certificate was refused"],
  [/ECONNRESET|EPIPE|Socket closed unexpectedly/, "it ended the connection; does it speak TLS (rediss://)?"],
  [/^NOPERM/, "this user may not do what is needed"],
  [/^LOADING/, "it is still loading its data"],
  [/^(MOVED|ASK) |^Too many Cluster redirections/, "the cluster has changed who serves which slots"],
  [/^CLUSTERDOWN/, "the cluster is down: not all of its slots are served"],
  [/Connection timeout|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, "no answer from there"],
];

/** An attempt at several addresses of one name says nothing itself. */
function toPlain(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message, errors } = Object(error) as { code?: unknown; message?: unknown; errors?: unknown };
  if (!message && Array.isArray(errors) && errors.length > 0) return toPlain(errors[0]);
  return { code: typeof code === "string" ? code : "", message: String(message || error) };
}
