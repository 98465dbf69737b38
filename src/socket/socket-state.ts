/** The words for where a socket stands. */

/**
 * `connecting`: not accepted yet, or away and coming back. `open`: both ways. `closing`: this side has closed, and waits
 * for the peer. `closed`: for good.
 */
export type SocketState = "connecting" | "open" | "closing" | "closed";
