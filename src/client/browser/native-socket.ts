/** The WHATWG `WebSocket` as far as it is used here: for runtimes, and projects, whose types do not have it. */

/** One WebSocket of the runtime's own. */
export interface NativeSocket {
  binaryType: string;
  readonly readyState: number;
  readonly protocol: string;
  /** Missing in some runtimes that are no browsers. */
  readonly bufferedAmount?: number;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: string | ArrayBuffer }) => void): void;
  addEventListener(type: "close", listener: (event: NativeClose) => void): void;
}

/** How it ended. */
export interface NativeClose {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** What else is used of the runtime's globals; workers have no document, and some runtimes have neither events nor a location. */
export interface WebGlobals {
  readonly WebSocket: new (url: string, subprotocols: string[]) => NativeSocket;
  readonly navigator?: { readonly onLine?: boolean };
  readonly location?: { readonly href: string };
  readonly document?: EventSource & { readonly visibilityState: string };
  readonly addEventListener?: EventSource["addEventListener"];
  readonly removeEventListener?: EventSource["removeEventListener"];
}

interface EventSource {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** `globalThis`, asked anew each time: tests and polyfills put their own things there. */
export const web = globalThis as unknown as WebGlobals;
