/** Deno's own server as far as it is used here: for projects, such as this one, whose types do not have it. */

/** One WebSocket of Deno's, at the server's end. */
export interface DenoSocket {
  /** 0 until the 101 is out, 1 while it is open. */
  readonly readyState: number;
  /** Bytes that were sent and are not out; 0 unless it is open. */
  readonly bufferedAmount: number;
  /** Copies bytes at once. */
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  addEventListener<Name extends keyof DenoSocketEvents>(
    name: Name,
    listener: (event: DenoSocketEvents[Name]) => void,
  ): void;
}

/** What Deno tells of one WebSocket. */
export interface DenoSocketEvents {
  /** The 101 is out. */
  readonly open: unknown;
  readonly message: { readonly data: string | ArrayBuffer };
  /** Comes before `close`; alone if it could not be opened. */
  readonly error: { readonly error?: unknown; readonly message?: string };
  /** Code 0: there was no Close frame, or Deno did not wait for it. */
  readonly close: { readonly code: number; readonly reason: string; readonly wasClean: boolean };
}

/** What `Deno.serve` says of a request, beside the request. */
export interface DenoServeInfo {
  readonly remoteAddr?: { readonly transport?: string; readonly hostname?: string } | undefined;
}

/** What is used of the global `Deno`. */
export interface DenoRuntime {
  upgradeWebSocket(
    request: Request,
    /** Seconds: after half of them without a message it pings, and after the other half gives up. 0: neither. */
    options: { readonly idleTimeout: number },
  ): { readonly socket: DenoSocket; readonly response: Response };
}

/** The global `Deno`; `undefined` in every other runtime. */
export function denoRuntime(): DenoRuntime | undefined {
  return (globalThis as { Deno?: DenoRuntime }).Deno;
}
