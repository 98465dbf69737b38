/** Connects with the runtime's own WebSocket, which tells little of why it did not come about. */

import { BAD_URL, CONNECT_FAILED, ConnectError, usageError } from "../../errors.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import type { Dial } from "../dialer.ts";
import type { NativeSocket } from "./native-socket.ts";
import { web } from "./native-socket.ts";
import type { NativeWireLimits } from "./native-wire.ts";
import { nativeWire } from "./native-wire.ts";

/**
 * `dial` for browsers. Rejects with a `UsageError` and the browser's own words for what it does not even try: a subprotocol that
 * is no token, or `ws:` from a page that came by `https:`. All else is a `ConnectError`: no page is told more.
 */
export function dialNative(clock: Clock, limits: NativeWireLimits): Dial {
  return ({ url: { href }, subprotocols, signal }) =>
    new Promise((resolve, reject) => {
      let native: NativeSocket;
      try {
        native = new web.WebSocket(href, [...subprotocols]);
      } catch (error) {
        throw usageError(BAD_URL, href, (error as Error).message);
      }
      native.binaryType = "arraybuffer";
      const onAbort = () => {
        reject(signal.reason);
        // Once it is open, it is no longer the attempt's.
        if (native.readyState === CONNECTING) native.close();
      };
      signal.addEventListener("abort", onAbort);
      if (signal.aborted) onAbort();
      native.addEventListener("open", () =>
        resolve({ wire: nativeWire(native, clock, limits), protocol: native.protocol }),
      );
      native.addEventListener("close", () => {
        const why =
          web.navigator?.onLine === false ? "offline" : "no answer, or no WebSocket (see the browser's console)";
        reject(new ConnectError(CONNECT_FAILED.code, CONNECT_FAILED.sentence(href, why)));
      });
    });
}

/** `WebSocket.CONNECTING` */
const CONNECTING = 0;
