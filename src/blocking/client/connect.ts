/** `connect` for scripts that wait: the socket is made in the thread of the sockets, and waited for here. */

import { type AntiphonError, TimeoutError } from "../../errors.ts";
import type { JsonCodec } from "../../socket/json-codec.ts";
import { BlockingSocket } from "../blocking-socket.ts";
import { Caller } from "../lane/caller.ts";
import { toHeaders } from "../lane/error-record.ts";
import { withHint } from "../own-server.ts";
import type { BlockingConnectOptions, BlockingPlace } from "./connect-options.ts";
import { toCrossing } from "./connect-options.ts";
import { forget, lendLane, remember } from "./socket-thread.ts";

/** A WebSocket to a server, for scripts that wait. Made by `connect`. */
export class BlockingClientSocket extends BlockingSocket {
  /** For `connect`. */
  constructor(caller: Caller, json: JsonCodec) {
    super(caller, json);
  }

  /** The subprotocol in use, `""` if none. */
  get protocol(): string {
    return this.caller.current!.protocol;
  }

  /** Where it is connected to, or was. */
  get url(): URL {
    return new URL(this.caller.current!.url);
  }

  /** The headers of the server's answer to the last handshake. */
  get headers(): Headers {
    return toHeaders(this.caller.current!.headers);
  }
}

/**
 * Opens a WebSocket; returns when it is open. Throws a `HandshakeError` for an answer that does not open one (`status`,
 * `headers`, `body`), a `ConnectError` where there was none (refused, host not found, TLS), a `TimeoutError`, or a
 * `UsageError`. With `reconnect`, the socket comes back when its connection is lost.
 *
 * @example
 * const socket = connect("ws://localhost:8765");
 * socket.sendText("hello");
 * console.log(socket.receiveText({ timeout: 1000 })); // Echo: hello
 * socket.close();
 */
export function connect(url: BlockingPlace, options?: BlockingConnectOptions): BlockingClientSocket {
  const { place, options: crossing, json } = toCrossing(url, options);
  const { giveBack, ...lent } = lendLane();
  const caller = new Caller({
    ...lent,
    onEnd() {
      forget(caller);
      giveBack();
    },
  });
  remember(caller);
  caller.post(["connect", lent.number, lent.lane.words, place, crossing]);
  try {
    caller.untilOpen("connect");
  } catch (error) {
    throw hinted(error);
  }
  return new BlockingClientSocket(caller, json);
}

function hinted(error: unknown): unknown {
  if (!(error instanceof TimeoutError)) return error;
  const sentence = withHint(error.message);
  return sentence === error.message ? error : new TimeoutError((error as AntiphonError).code, sentence);
}
