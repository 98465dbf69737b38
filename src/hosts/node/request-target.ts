/** Request targets (RFC 9112, 3.2) as an app sees them: path and query, below the prefix that the app is mounted at. */

import { isAbsoluteForm } from "../../protocol/handshake/request-target.ts";

/** Path and query. RFC 9112, 3.2.2: "a server MUST accept the absolute-form in requests"; all else stays as it is. */
export function toOriginForm(target: string): string {
  if (!isAbsoluteForm(target)) return target;
  const [, rest = ""] = /^https?:\/\/[^/?]*(.*)$/i.exec(target) ?? [];
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/**
 * The target as seen from `prefix`, or `undefined` if it is not below it. `/live` holds `/live`, `/live/` and `/live/chat?x`,
 * not `/lively`.
 */
export function targetBelow(prefix: string, target: string): string | undefined {
  if (!target.startsWith(prefix)) return undefined;
  const rest = target.slice(prefix.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : undefined;
}
