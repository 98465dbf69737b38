/** What we use of the client of NATS, in types of our own: those of its packages are not there for who does without them. */

/** A connection, as `connect` of `@nats-io/transport-node` or `wsconnect` of `@nats-io/nats-core` gives it. */
export interface NatsConnectionLike {
  /** What the server told of itself; nothing before it has, nor after the end. */
  readonly info?: NatsServerInfoLike;
  publish(subject: string, payload?: Uint8Array): void;
  subscribe(subject: string, options?: NatsSubscribeOptions): NatsSubscriptionLike;
  request(subject: string, payload?: Uint8Array, options?: { timeout: number }): Promise<NatsMessageLike>;
  /** Resolves when the server has answered to all that was sent. */
  flush(): Promise<void>;
  /** Resolves at its end, with an error if that is why. */
  closed(): Promise<unknown>;
  isClosed(): boolean;
  /** What happens to it. */
  status(): AsyncIterable<unknown>;
  /** `host:port` of the server it is connected with. */
  getServer(): string;
  close(): Promise<void>;
}

/** What a server tells of itself. */
export interface NatsServerInfoLike {
  /** Bytes of the largest message it takes. */
  readonly max_payload: number;
  /** `host:port` of all servers of its cluster. */
  readonly connect_urls?: string[];
}

/** A message, or an answer. */
export interface NatsMessageLike {
  readonly data: Uint8Array;
  readonly headers?: { readonly code: number };
}

/** A subscription that has not ended. */
export interface NatsSubscriptionLike {
  unsubscribe(): void;
}

/** Who is called for each message; or once with an error, which ends it. */
export interface NatsSubscribeOptions {
  callback?(error: Error | null, message: NatsMessageLike): void;
}

/** One thing that has happened to a connection, out of `status()`. */
export interface NatsStatus {
  /** `disconnect`, `reconnect`, `close`, `error`, and others that are of no interest here. */
  readonly type: string;
  /** With `error`. */
  readonly error?: unknown;
}
