/** What an engine is made of: its role, its runtime, its limits, and who listens. */

import type { DeflateAgreement } from "./deflate/agreement.ts";
import type { EngineSink } from "./engine-sink.ts";
import type { Role } from "./frame-header.ts";
import type { Limits } from "./limits.ts";
import type { Platform } from "./platform.ts";

/** The options of an `Engine`. */
export interface EngineOptions {
  /** Which side we are. A client masks what it sends. */
  readonly role: Role;
  /** The runtime: `nodePlatform` or `webPlatform`. */
  readonly platform: Platform;
  /** Who hears of messages and of the end. */
  readonly sink: EngineSink;
  /** What the opening handshake agreed on for permessage-deflate. @default null: no compression */
  readonly deflate?: DeflateAgreement | null;
  /** @default `defaultLimits` */
  readonly limits?: Partial<Limits>;
  /** Whether pings are answered by themselves (RFC 6455, 5.5.2 wants that). @default true */
  readonly autoPong?: boolean;
}
