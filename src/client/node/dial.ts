/** Connects in Node: at the place that is asked for, and where redirects lead. */

import { toSafeFields } from "../../protocol/handshake/headers.ts";
import type { Dial } from "../dialer.ts";
import { dialOnce } from "./dial-once.ts";
import type { DialOptions } from "./dial-options.ts";
import type { Hop } from "./redirects.ts";
import { Redirects } from "./redirects.ts";
import { toFields } from "./request-fields.ts";

/** The dial for these options. */
export function makeDial(options: DialOptions): Dial {
  return async ({ url, headers, ...request }) => {
    const redirects = new Redirects(options.redirects);
    let hop: Hop = { url, headers: toSafeFields(toFields(headers)), tls: options.tls };
    for (;;) {
      try {
        const dialed = await dialOnce(hop, request, options);
        return hop.url === url ? dialed : { ...dialed, url: hop.url };
      } catch (error) {
        request.signal.throwIfAborted();
        hop = redirects.next(hop, error);
      }
    }
  };
}
