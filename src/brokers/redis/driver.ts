/** What we use of the package `redis`, versions 5.8 to 6, in our own words; so that no type of ours needs it installed. */

/** What both a client and a cluster can be asked. In a cluster the first argument chooses the node. */
export interface Commands {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, options: SetOptions): Promise<string | null>;
  del(key: string): Promise<unknown>;
  sAdd(key: string, members: readonly string[]): Promise<unknown>;
  sRem(key: string, members: readonly string[]): Promise<unknown>;
  sMembers(key: string): Promise<readonly string[]>;
  hSet(key: string, entries: ReadonlyMap<string, string>): Promise<unknown>;
  hDel(key: string, fields: readonly string[]): Promise<unknown>;
  hGetAll(key: string): Promise<Readonly<Record<string, string>>>;
  hLen(key: string): Promise<number>;
}

/** Until when, and `XX`: only what is there. */
export interface SetOptions {
  readonly expiration: { readonly type: "PX"; readonly value: number };
  readonly condition?: "XX";
}

/** What both open, and end. */
export interface Connectable {
  on(event: string, listener: (error: unknown) => void): unknown;
  once(event: string, listener: () => void): unknown;
  connect(): Promise<unknown>;
  /** Ends it now; throws if there is nothing to end. */
  destroy(): void;
}

/** Hears what comes to a channel. */
export type ChannelListener = (message: Buffer, channel: Buffer) => void;

type Subscribing = (channels: readonly string[], listener: ChannelListener, bufferMode: true) => Promise<unknown>;

/** One connection with one server. */
export interface DriverClient extends Commands, Connectable {
  readonly options?: ClientOptions;
  /** It is connected, and has said hello. */
  readonly isReady: boolean;
  duplicate(overrides: object): DriverClient;
  subscribe: Subscribing;
  unsubscribe: Subscribing;
  sSubscribe: Subscribing;
  sUnsubscribe: Subscribing;
  ping(): Promise<unknown>;
  hello(): Promise<{ readonly mode: string }>;
  sendCommand(words: readonly (string | Buffer)[]): Promise<unknown>;
}

/** Connections with all masters of a cluster. */
export interface DriverCluster extends Commands, Connectable {
  readonly masters: readonly ClusterNode[];
  /** For each of the 16 384 slots, who serves it; holes where nobody does. */
  readonly slots: readonly ({ readonly master: ClusterNode } | undefined)[];
  /** Not documented, and so perhaps not there. */
  readonly _options?: ClusterOptions;
  duplicate(overrides: object): DriverCluster;
  nodeClient(node: ClusterNode): Promise<DriverClient>;
  sPublish(channel: string, message: Buffer): Promise<unknown>;
}

/** A server of a cluster. */
export interface ClusterNode {
  /** Host and port. */
  readonly address: string;
}

/** Of the options of `createClient` what matters here. A client made from a `url` has its parts in the others. */
export interface ClientOptions {
  readonly url?: string;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
  readonly RESP?: number;
  readonly socket?: {
    readonly host?: string;
    readonly port?: number;
    readonly path?: string;
    readonly tls?: boolean;
  };
}

/** Of the options of `createCluster`. */
export interface ClusterOptions {
  readonly rootNodes?: readonly ClientOptions[];
  readonly defaults?: ClientOptions;
}

/** The package. */
export interface Driver {
  createClient(options: object): DriverClient;
  createCluster(options: object): DriverCluster;
}
