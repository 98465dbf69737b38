/** Keeps a socket connected: one attempt after the other, with waits between them, until it is over. */

import { CONNECT_TIMEOUT, DisconnectError, TimeoutError } from "../errors.ts";
import { throwLater } from "../protocol/throw-later.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { ConnectOptions } from "./connect-options.ts";
import type { Dialed, DialRequest } from "./dialer.ts";
import type { DisconnectInfo } from "./disconnect-info.ts";
import type { Lost, ReconnectPolicy } from "./reconnect.ts";
import { askedWait, nextDelay } from "./reconnect.ts";
import type { SessionConfig } from "./session.ts";
import { Session } from "./session.ts";

/** How to keep a socket. */
export interface KeeperOptions<Kind extends ClientSocket>
  extends Pick<ConnectOptions, "signal" | "onOpen" | "onDisconnect" | "onRetry"> {
  readonly config: SessionConfig;
  /** What the user gets to hold. */
  readonly makeSocket: (session: Session) => Kind;
  /** Milliseconds for one attempt. */
  readonly timeout: number;
  readonly policy: ReconnectPolicy | null;
  /** What to ask for, at this attempt. */
  readonly request: () => Promise<Omit<DialRequest, "signal">>;
}

/** Resolves with the socket once it is open for the first time. Functions, not a class: they take less room in a page. */
export function keepConnected<Kind extends ClientSocket>(options: KeeperOptions<Kind>): Promise<Kind> {
  const { config, makeSocket, timeout, policy, request, signal, onOpen, onDisconnect, onRetry } = options;
  return new Promise((resolve, reject) => {
    /** Since the last connection; 0 while there is one. */
    let attempt = 0;
    /** Connections and attempts in a row that did not last. */
    let failures = 0;
    let openedAt: number | undefined;
    /** Before that, the server wants to see nobody. */
    let earliest = 0;
    /** Gives up the attempt or the wait at hand. */
    let stop: (why?: unknown) => void = () => {};
    const session = new Session(config, { retryIn, sessionOnLost });
    const socket = makeSocket(session);
    const onAbort = () => {
      reject(signal!.reason);
      void socket.close();
    };

    function retryIn(lost: Lost): number | undefined {
      const isFirst = openedAt === undefined;
      if (!policy || (isFirst && !policy.initial)) return undefined;
      const lasted = !attempt && config.clock.now() - openedAt! >= policy.resetAfter;
      failures = lasted ? 1 : failures + 1;
      earliest = config.clock.now() + askedWait(lost);
      return call(() => nextDelay(policy, lost, failures, config.random));
    }

    function sessionOnLost(info: DisconnectInfo): void {
      stop();
      const { retryIn } = info;
      if (retryIn === undefined) signal?.removeEventListener("abort", onAbort);
      if (openedAt !== undefined) call(() => onDisconnect?.(info));
      if (retryIn !== undefined) wait(retryIn);
    }

    function wait(milliseconds: number): void {
      if (session.state !== "connecting") return;
      const { waits, network } = config;
      const go = () => {
        stop();
        connect();
      };
      // Without a network, the next attempt comes when it is back; or when the user says so, who may know better.
      const goOnline = () => {
        if (network?.online !== false && config.clock.now() >= earliest) go();
      };
      const cancel = waits.after(milliseconds, goOnline);
      const leave = network?.onBack(goOnline);
      session.retry = go;
      stop = () => {
        session.retry = undefined;
        cancel();
        leave?.();
      };
    }

    function connect(): void {
      const abort = new AbortController();
      attempt++;
      const cancel = config.clock.after(timeout, () => {
        failed(
          new TimeoutError(CONNECT_TIMEOUT.code, CONNECT_TIMEOUT.sentence(`${session.url ?? "the socket"}`, timeout)),
        );
      });
      stop = (why?: unknown) => {
        cancel();
        abort.abort(why);
      };
      dial().then(opened, failed);

      async function dial(): Promise<Dialed> {
        const asked = await request();
        abort.signal.throwIfAborted();
        session.url = asked.url;
        return config.dial({ ...asked, signal: abort.signal });
      }

      function opened(dialed: Dialed): void {
        // Too late: it was given up.
        if (abort.signal.aborted) return dialed.wire.terminate();
        cancel();
        const info = { attempt, recovered: openedAt !== undefined };
        openedAt = config.clock.now();
        attempt = 0;
        session.open(dialed, () => call(() => onOpen?.(socket, info)));
        resolve(socket);
      }

      function failed(error: unknown): void {
        // Whatever an attempt waits for, a function of the user's say: once it is given up, nobody listens to it.
        if (abort.signal.aborted) return;
        stop(error);
        const lost = { code: 1006, reason: "", wasClean: false, cause: error };
        const delay = retryIn(lost);
        if (delay === undefined) {
          reject(error);
          return session.finish(lost);
        }
        call(() => onRetry?.({ attempt, error, retryIn: delay }));
        wait(delay);
      }
    }

    signal?.throwIfAborted();
    signal?.addEventListener("abort", onAbort);
    connect();
  });
}

/** Calls back the user, whose mistakes are not ours to bear, nor to hide; but the end of a connection is no mistake. */
function call<Result>(back: () => Result): Result | undefined {
  try {
    const result = back();
    if (result instanceof Promise) {
      result.catch((thrown) => {
        if (!(thrown instanceof DisconnectError)) throwLater(thrown);
      });
    }
    return result;
  } catch (thrown) {
    throwLater(thrown);
    return undefined;
  }
}
