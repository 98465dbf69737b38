/** A handshake on its way to an answer: accepted, refused, or left by the peer; whichever comes first, once. */

import {
  ALREADY_ACCEPTED,
  HANDSHAKE_TIMEOUT,
  REJECT_AFTER_ACCEPT,
  REJECT_STATUS,
  REJECTED,
  usageError,
} from "../errors.ts";
import type { ResolvedCompression } from "../protocol/deflate/compression-options.ts";
import { acceptUpgrade } from "../protocol/handshake/accept.ts";
import type { HeaderInput } from "../protocol/handshake/headers.ts";
import type { Upgrade } from "../protocol/handshake/server.ts";
import { chooseProtocol } from "../protocol/handshake/subprotocol.ts";
import type { Limits } from "../protocol/limits.ts";
import type { JsonCodec } from "../socket/json-codec.ts";
import type { Link } from "../socket/link.ts";
import type { AppLimits } from "./app-options.ts";
import type { Handshake } from "./host.ts";
import type { RejectBody } from "./http-answer.ts";
import { genericAnswer, toFields, toHttpAnswer } from "./http-answer.ts";

/** What the server chooses when it accepts. */
export interface AcceptOptions {
  /** One of `socket.protocols`. @default the first of the route's that was offered */
  readonly subprotocol?: string | undefined;
  /** Further headers of the response, such as `Set-Cookie`. */
  readonly headers?: HeaderInput | Readonly<Record<string, string>> | undefined;
}

/** What a handshake is answered with, where the user does not say. */
export interface OpeningOptions {
  readonly handshake: Handshake;
  readonly upgrade: Upgrade;
  readonly link: Link;
  readonly settings: OpeningSettings;
  readonly compression: ResolvedCompression | null;
  readonly json: JsonCodec;
}

/** Of these, what a route settles. */
export interface OpeningSettings {
  readonly limits: AppLimits;
  readonly engineLimits: Limits;
  /** By our preference. */
  readonly subprotocols: readonly string[];
}

/** Who hears of the answer. */
export interface OpeningListener {
  openingOnAccept(opening: Opening): void;
  openingOnRefuse(status: number, reason: string): void;
  /** The peer left first. */
  openingOnGone(): void;
}

/** One handshake. */
export class Opening {
  readonly #options: OpeningOptions;
  readonly #listener: OpeningListener;
  #state: "pending" | "accepted" | "refused" | "gone" = "pending";
  #cancelDeadline: (() => void) | undefined;
  /** The subprotocol in use. */
  protocol = "";
  /** Whether messages may be compressed. */
  compressed = false;

  constructor(options: OpeningOptions, listener: OpeningListener) {
    this.#options = options;
    this.#listener = listener;
  }

  get handshake(): Handshake {
    return this.#options.handshake;
  }

  get isPending(): boolean {
    return this.#state === "pending";
  }

  /** It has not been answered in the turn in which it came: from now on it has a deadline. */
  startDeadline(): void {
    this.#options.handshake.onGone(() => this.#leave());
    const { handshakeTimeout } = this.#options.settings.limits;
    this.#cancelDeadline = this.#options.link.config.clock.after(handshakeTimeout, () => {
      this.refuse(503, HANDSHAKE_TIMEOUT.sentence(handshakeTimeout));
    });
  }

  /** Sends the 101. Nothing more if that was done already, and nothing is chosen anew. */
  accept(options: AcceptOptions = {}): void {
    const { link, settings, handshake, upgrade, compression } = this.#options;
    if (this.#state === "accepted") return checkNothingChosen(options);
    if (this.#state !== "pending") throw link.disconnectError("accept");
    const acceptance = acceptUpgrade(upgrade, {
      protocol: options.subprotocol ?? chooseProtocol(upgrade.protocols, settings.subprotocols),
      headers: toFields(options.headers),
      compression,
    });
    this.#settle("accepted");
    this.protocol = acceptance.protocol;
    this.compressed = acceptance.deflate !== null;
    const { status, headers } = acceptance.response;
    const { deflate } = acceptance;
    const { closeTimeout } = settings.limits;
    const { platform, clock } = link.config;
    const limits = settings.engineLimits;
    link.open(handshake.accept({ status, headers, deflate, limits, closeTimeout, platform, clock }));
    this.#listener.openingOnAccept(this);
  }

  /** Sends the user's answer instead: a status that was checked. Throws a `UsageError` after `accept`; does nothing after another answer. */
  reject(status: number, body: RejectBody | undefined, headers: AcceptOptions["headers"]): void {
    if (this.#state === "accepted") throw usageError(REJECT_AFTER_ACCEPT, status);
    const answer = toHttpAnswer({ status, body, headers, json: this.#options.json });
    if (!this.isPending) return;
    this.#settle("refused");
    this.#options.handshake.refuse(answer);
    this.#end(() => this.#listener.openingOnRefuse(status, REJECTED.sentence(status)));
  }

  /** Sends a generic answer; `reason` is for our log. Nothing after another answer. */
  refuse(status: number, reason: string): void {
    if (!this.isPending) return;
    this.#settle("refused");
    this.#options.handshake.refuse(genericAnswer(status));
    this.#end(() => this.#listener.openingOnRefuse(status, reason));
  }

  #leave(): void {
    if (!this.isPending) return;
    this.#settle("gone");
    this.#end(() => this.#listener.openingOnGone());
  }

  #settle(state: "accepted" | "refused" | "gone"): void {
    this.#state = state;
    this.#cancelDeadline?.();
  }

  #end(tell: () => void): void {
    tell();
    this.#options.link.wireOnClose({ code: 1006, reason: "", wasClean: false });
  }
}

/** Throws a `UsageError` for a status that is no answer to a handshake. */
export function checkRejectStatus(status: number): void {
  if (!(Number.isInteger(status) && status >= 300 && status <= 599)) throw usageError(REJECT_STATUS, String(status));
}

/** Throws a `UsageError` for what can be chosen only once. */
export function checkNothingChosen({ subprotocol, headers }: AcceptOptions): void {
  if (subprotocol !== undefined) throw usageError(ALREADY_ACCEPTED, "subprotocol");
  if (headers !== undefined) throw usageError(ALREADY_ACCEPTED, "headers");
}
