/** The words for where a connection stands, and for what is to be done with its transport. */

/** `open`: both ways. `closing`: we sent a Close frame and wait for the peer's. `closed`: nothing more, either way. */
export type EngineState = "open" | "closing" | "closed";

/**
 * What to do with the transport: `keep` it; `end` it once the output is out; or `await-end`: the peer ends it.
 * RFC 6455, 7.1.1: the server closes TCP first, "so that it holds the TIME_WAIT state and not the client".
 */
export type TransportDuty = "keep" | "end" | "await-end";
