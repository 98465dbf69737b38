/** What the doctor is given: where to look, how to ask, and what it may do there. */

import type { LookupAddress } from "node:dns";
import type { NetConnectOpts, Socket } from "node:net";
import type { ConnectOptions, TlsOptions } from "../../client/index.ts";
import type { Patience } from "./deadline.ts";

/** How to ask, and what may be done. */
export interface CaseOptions extends Patience {
  /** Header fields of the request, beside those of the handshake. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly subprotocols: readonly string[];
  /** Whether compression is wanted: then a server that declines is worth a warning. It is offered in any case. */
  readonly wantsCompression: boolean;
  readonly tls: TlsOptions;
  readonly proxy: ConnectOptions["proxy"];
  /** Whether a message may be sent, to a server that is known to send it back. */
  readonly echo: boolean;
  /** Milliseconds of silence to try; 0: none. */
  readonly idle: number;
  /** Milliseconds in which a server that closes at once shows itself. */
  readonly settle: number;
  /** How many pings. */
  readonly pings: number;
  /** What the doctor asks of its surroundings; tests hand in their own. */
  readonly world: World;
}

/** What the doctor needs of the system. */
export interface World {
  /** All addresses of a name, as the system knows them. Rejects with the system's error. */
  lookup(host: string): Promise<readonly LookupAddress[]>;
  /** Begins to connect. */
  connect(options: NetConnectOpts): Socket;
  /** Now, in milliseconds: for certificates. */
  now(): number;
  /** For `HTTP_PROXY` and its like. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where a URL leads. */
export interface Target {
  readonly secure: boolean;
  /** A name or an address, without brackets; `localhost` for a unix socket. */
  readonly host: string;
  readonly port: number;
  /** The unix socket, if it is one. */
  readonly unixPath: string | undefined;
  /** Host and port as `Host` holds them. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
  /** What the user's name and password in the URL become. */
  readonly authorization: string | undefined;
  /** The URL to show: without the password. */
  readonly shown: string;
}

/** What a step below HTTP needs: a deadline, and the system. */
export type Surroundings = Patience & Pick<CaseOptions, "world">;
