/** What a client needs of its runtime, and of the options that only this runtime knows. One for each `connect`. */

import type { Message } from "../protocol/message.ts";
import type { Clock } from "../protocol/run/clock.ts";
import type { SocketCore } from "../socket/socket-core.ts";
import type { SocketLimits } from "../socket/socket-limits.ts";
import type { Wire, WireStreamOptions } from "../socket/wire.ts";
import type { Dial } from "./dialer.ts";
import type { StreamOwner } from "./stream-owner.ts";
import type { Vitals, VitalsOwner } from "./vitals.ts";

/** A runtime that can connect. */
export interface ClientRuntime {
  /** Its UTF-8. */
  readonly platform: SocketCore["config"]["platform"];
  /** How silent servers are pinged; `null`: they are not. */
  readonly heartbeat: SocketCore["config"]["heartbeat"];
  /** For deadlines, which keep no process alive. */
  readonly clock: Clock;
  /** For the wait between attempts, which does. */
  readonly waits: Clock;
  /** Those of the options, over the runtime's own defaults; checked. */
  readonly limits: Pick<SocketLimits, "receiveMessages" | "receiveBytes" | "receiveFullTimeout" | "closeTimeout">;
  /** From 0 up to 1. */
  random(): number;
  /** What URLs without a host are relative to. */
  readonly base: string | undefined;
  /** The schemes that `dial` knows, with their colons. */
  readonly schemes: readonly string[];
  readonly dial: Dial;
  /** Throws a `UsageError` for a close code that this runtime cannot send. */
  checkClose(code: number, reason: string): void;
  /** Looks after one open connection, until `stop`, as the options want it. */
  vitals?(owner: VitalsOwner): Vitals | undefined;
  /** Sends one message out of many pieces, once there is a connection and all before it is with that. */
  stream?(
    owner: StreamOwner,
    chunks: Iterable<Message> | AsyncIterable<Message>,
    options: WireStreamOptions,
  ): Promise<void>;
  /** A Close frame came, and waits: resumes the wire when what came before it could be answered. */
  goodbye?(wire: Wire): void;
  /** Whether there is a network at all, where the runtime knows. */
  readonly network?: Network | undefined;
}

/** The network as browsers know it. */
export interface Network {
  readonly online: boolean;
  /** Calls `back` whenever there is a network again, or the user looks at the page again. Gives what ends that. */
  onBack(back: () => void): () => void;
}
