/** What is the same for many connections: an engine's options, checked and filled up once. Holds nothing of one connection. */

import { usageError, ZLIB_MISSING } from "../errors.ts";
import type { DeflateAgreement } from "./deflate/agreement.ts";
import type { Role } from "./frame-header.ts";
import { type Limits, resolveLimits } from "./limits.ts";
import type { Platform } from "./platform.ts";

/** What an engine is made of, but for its sink. */
export interface EngineParts {
  /** Which side we are. A client masks what it sends. */
  readonly role: Role;
  /** The runtime: `nodePlatform` or `webPlatform`. */
  readonly platform: Platform;
  /** What the opening handshake agreed on for permessage-deflate. @default null: no compression */
  readonly deflate?: DeflateAgreement | null;
  /** @default `defaultLimits` */
  readonly limits?: Partial<Limits>;
  /** Whether pings are answered by themselves (RFC 6455, 5.5.2 wants that). @default true */
  readonly autoPong?: boolean;
}

/** The same with nothing left out. An idle connection keeps one field for all of it. */
export class EngineConfig {
  readonly role: Role;
  readonly platform: Platform;
  readonly deflate: DeflateAgreement | null;
  readonly limits: Limits;
  readonly autoPong: boolean;
  /** The lowest limit on the size of a message in one frame. */
  readonly shortest: number;

  /** Throws a `UsageError` for a bad limit, or for compression on a platform without zlib. */
  constructor({ role, platform, deflate = null, limits, autoPong = true }: EngineParts) {
    if (deflate !== null && platform.zlib === null) throw usageError(ZLIB_MISSING);
    this.role = role;
    this.platform = platform;
    this.deflate = deflate;
    this.limits = resolveLimits(limits);
    this.autoPong = autoPong;
    this.shortest = Math.min(this.limits.frameSize, this.limits.messageSize);
  }
}
