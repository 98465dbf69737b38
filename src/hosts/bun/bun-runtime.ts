/** Bun's own server as far as it is used here: for projects, such as this one, whose types do not have it. */

/** One WebSocket of Bun's. */
export interface BunSocket {
  data: BunEvents;
  binaryType?: string;
  /** 1 while it is open, 3 after that. */
  readonly readyState: number;
  /** -1: it was taken, and waits for the peer. */
  sendText(data: string, compress?: boolean): number;
  sendBinary(data: Uint8Array, compress?: boolean): number;
  ping(data: Uint8Array): number;
  /** Sends a Close frame and FIN behind all that was sent, and calls `close` before it returns. */
  close(code?: number, reason?: string): void;
  /** Ends TCP, and calls `close` before it returns. */
  terminate(): void;
  /** What is sent meanwhile leaves in one piece. */
  cork(work: (socket: BunSocket) => void): void;
  getBufferedAmount(): number;
  /** Hears what is published there, from now on. */
  subscribe(topic: string): boolean;
  unsubscribe(topic: string): boolean;
  /** Reads no further; what has been read still comes. */
  pause(): void;
  resume(): void;
}

/** What Bun tells of one WebSocket: hung onto it as its `data`. */
export interface BunEvents {
  bunOnOpen(socket: BunSocket): void;
  bunOnMessage(data: string | Uint8Array): void;
  /** A ping came, and was answered. */
  bunOnPing(): void;
  bunOnPong(payload: Uint8Array): void;
  /** Something that waited has left. */
  bunOnDrain(): void;
  /** It is over; `reason` is the peer's, or says what Bun did not like about it. */
  bunOnClose(code: number, reason: string): void;
}

/** A server of Bun's. */
export interface BunServer {
  readonly port: number | undefined;
  /** Plain requests that are not answered yet. */
  readonly pendingRequests: number;
  /** Sends the 101 and calls `open`, before it returns; `false` if there is nobody to send it to. */
  upgrade(
    request: Request,
    options: { readonly data: BunEvents; readonly headers: readonly (readonly [string, string])[] },
  ): boolean;
  /** Sends to all who have subscribed, behind what each was sent before. */
  publish(topic: string, data: string | Uint8Array, compress?: boolean): number;
  requestIP(request: Request): { readonly address: string } | null;
  /** Seconds that nothing may happen; 0: for ever. */
  timeout(request: Request, seconds: number): void;
  stop(closeActiveConnections?: boolean): Promise<void>;
  closeIdleConnections?(): number;
}

/** Options of `Bun.serve`. */
export interface BunServeOptions {
  readonly port?: number;
  readonly hostname?: string;
  readonly reusePort?: boolean;
  readonly unix?: string;
  readonly tls?: object;
  readonly development: false;
  readonly id: null;
  readonly idleTimeout?: number;
  readonly fetch: (
    request: Request,
    server: BunServer,
  ) => Response | undefined | Promise<Response> | Promise<Response | undefined>;
  readonly error: (error: unknown) => Response;
  readonly websocket: {
    readonly maxPayloadLength: number;
    readonly backpressureLimit: number;
    readonly closeOnBackpressureLimit: boolean;
    readonly idleTimeout: number;
    readonly sendPings: boolean;
    readonly perMessageDeflate: { readonly compress: "shared"; readonly decompress: "shared" };
    readonly open: (socket: BunSocket) => void;
    readonly message: (socket: BunSocket, data: string | Uint8Array) => void;
    readonly ping: (socket: BunSocket) => void;
    readonly pong: (socket: BunSocket, payload: Uint8Array) => void;
    readonly drain: (socket: BunSocket) => void;
    readonly close: (socket: BunSocket, code: number, reason: string) => void;
  };
}

/** What is used of the global `Bun`. */
export interface BunRuntime {
  readonly version: string;
  serve(options: BunServeOptions): BunServer;
}

/** The global `Bun`; `undefined` in every other runtime. */
export function bunRuntime(): BunRuntime | undefined {
  return (globalThis as { Bun?: BunRuntime }).Bun;
}
