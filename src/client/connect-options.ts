/** What users may say to `connect`. */

import type { CompressionOptions } from "../protocol/deflate/compression-options.ts";
import type { Limits } from "../protocol/limits.ts";
import type { JsonCodec } from "../socket/json-codec.ts";
import type { HeartbeatOptions } from "../socket/socket-config.ts";
import type { SocketLimits } from "../socket/socket-limits.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { RequestHeaders } from "./dialer.ts";
import type { DisconnectInfo } from "./disconnect-info.ts";
import type { OutboxOptions } from "./outbox-options.ts";
import type { ReconnectOptions } from "./reconnect.ts";

/** A value, or a function that is asked for it at each attempt: so that a token is fresh. */
export type Fresh<Value> = Value | (() => Value | Promise<Value>);

/** A place as parts. */
export interface HostAndPort {
  /** A name or an IP address. @default "localhost" */
  readonly host?: string | undefined;
  /** @default 443 if `secure`, else 80 */
  readonly port?: number | undefined;
  /** Path and query. @default "/" */
  readonly path?: string | undefined;
  /** `wss:` instead of `ws:`. @default false */
  readonly secure?: boolean | undefined;
}

/**
 * Where to connect: a URL with `ws:`, `wss:`, `http:` or `https:`, or `host:port`, or parts. In Node also
 * `ws+unix:/path/of.sock:/chat`; in a page, a path (`/chat`) means the page's own host.
 */
export type Place = string | URL | HostAndPort;

/** Limits of a client. `Infinity` switches one off. Those of the engine and of reading hold in Node; browsers have their own. */
export type ClientLimits = Limits &
  Omit<SocketLimits, "sendBuffer" | "messagesPerSecond" | "bytesPerSecond"> & {
    /** Bytes that are kept of the body of an answer that is no WebSocket: `error.body`. @default 64 KiB */
    readonly answerBody: number;
  };

/** A heartbeat by messages: for browsers, which have no pings to send, and for whoever is heard only by the application. */
export interface MessageHeartbeat extends Partial<HeartbeatOptions> {
  /** What to send after so much silence; the server is to answer with anything at all. */
  readonly message: () => string | Uint8Array;
}

/** What TLS needs to know; as in `tls.connect` of Node. */
export interface TlsOptions {
  /** Certificates of the authorities to trust, as PEM, in place of the well-known ones. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** The client's certificate, as PEM. */
  readonly cert?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Its private key, as PEM. */
  readonly key?: string | Uint8Array | undefined;
  /** Certificate and key as PKCS#12. */
  readonly pfx?: string | Uint8Array | undefined;
  /** For `key` or `pfx`. */
  readonly passphrase?: string | undefined;
  /** The name to ask for and to check (SNI). @default the host of the URL */
  readonly servername?: string | undefined;
  /** Looks at the certificate in place of Node; an error that it gives ends the attempt. For pinning. */
  readonly checkServerIdentity?: ((host: string, certificate: object) => Error | undefined) | undefined;
  /** `false` takes any certificate: for tests only. @default true */
  readonly rejectUnauthorized?: boolean | undefined;
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
  readonly ciphers?: string | undefined;
}

/** A proxy that speaks HTTP CONNECT. */
export interface ProxyOptions {
  /** `http:` or `https:`; a user and a password in it become `Proxy-Authorization`. */
  readonly url: string | URL;
  readonly headers?: RequestHeaders | undefined;
  /** For a proxy with `https:`. */
  readonly tls?: TlsOptions | undefined;
}

/** A connection that has opened. */
export interface OpenInfo {
  /** Which attempt it took since the last connection, or since the beginning: 1 for the first. */
  readonly attempt: number;
  /** Whether there was a connection before: then what the server sent meanwhile is missing. */
  readonly recovered: boolean;
}

/** An attempt that has failed. */
export interface RetryInfo {
  /** Which one, 1 for the first. */
  readonly attempt: number;
  /** Why: a `HandshakeError`, a `ConnectError` or a `TimeoutError`. */
  readonly error: unknown;
  /** Milliseconds until the next attempt. */
  readonly retryIn: number;
}

/** The options of `connect`. Every one has a default. */
export interface ConnectOptions {
  /** Subprotocols to offer, by preference. @default none */
  readonly subprotocols?: Fresh<string | readonly string[]> | undefined;
  /** Further headers of the request, such as `Authorization` or `Origin`. Not in browsers, which cannot send any. */
  readonly headers?: Fresh<RequestHeaders> | undefined;
  /** Milliseconds for one attempt to connect. @default 10 000 */
  readonly timeout?: number | undefined;
  /** Aborting it gives up connecting; later, it closes the socket with 1000. */
  readonly signal?: AbortSignal | undefined;
  /** Connects again when the connection is lost. @default false */
  readonly reconnect?: boolean | ReconnectOptions | undefined;
  /** What may wait to be sent, while away or while the server reads slowly. */
  readonly outbox?: OutboxOptions | undefined;
  /**
   * Finds out that a silent server is gone: by pings in Node (on unless `false`), or by messages of yours.
   * @default { interval: 25 000, timeout: 20 000 } in Node, off in browsers
   */
  readonly heartbeat?: false | Partial<HeartbeatOptions> | MessageHeartbeat | undefined;
  /** Unnamed limits keep their defaults. */
  readonly limits?: Partial<ClientLimits> | undefined;
  /** What `sendJson` and `receiveJson` speak. @default JSON */
  readonly json?: JsonCodec | undefined;
  /**
   * Called for each connection that opens, before anything else is sent: what it sends before its first `await` goes
   * first. It must not receive: answers come to whoever reads the socket.
   */
  readonly onOpen?: ((socket: ClientSocket, info: OpenInfo) => unknown) | undefined;
  /** Called when a connection was lost, and at the end. */
  readonly onDisconnect?: ((info: DisconnectInfo) => unknown) | undefined;
  /** Called when an attempt has failed and another one will be made. */
  readonly onRetry?: ((info: RetryInfo) => unknown) | undefined;

  /** permessage-deflate (RFC 7692). Node; browsers decide by themselves. @default false */
  readonly compression?: boolean | CompressionOptions | undefined;
  /** Certificates and the like for `wss:`. Node. */
  readonly tls?: TlsOptions | undefined;
  /** A proxy to go through; `"env"`: the one that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name. Node. @default none */
  readonly proxy?: "env" | string | URL | ProxyOptions | undefined;
  /** How many redirects to follow. Credentials are not sent on to another host. Node. @default 0 */
  readonly redirects?: number | undefined;
  /** Over HTTP/2 (RFC 8441): by ALPN for `wss:`, by prior knowledge for `ws:`. Node. @default false */
  readonly http2?: boolean | undefined;
}
