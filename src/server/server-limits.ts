/** What all connections together may cost the server: its limits, beside those of each socket and of the engine. */

/** Limits on the server. `Infinity` switches one off. Times are in milliseconds. */
export interface ServerLimits {
  /** Open WebSockets, and those on their way, in all; more are answered with 503. @default Infinity */
  readonly connections: number;
  /** The same for one address (an IPv6 network of 64 bits); more are answered with 429. @default Infinity */
  readonly connectionsPerAddress: number;
  /** Handshakes that wait for an answer at one time; more are answered with 503. @default 1000 */
  readonly handshakes: number;
  /** For a request to arrive, and then for a middleware or handler to accept it; then 503. @default 10 000 */
  readonly handshakeTimeout: number;
  /** Bytes in all queues of all sockets; while there are more, new connections are answered with 503. @default Infinity */
  readonly queuedBytes: number;
  /** Bytes of messages to other machines that wait while the broker is away; then `publishOverflow` acts. @default 16 MiB: a minute of a busy chat */
  readonly publishBuffer: number;
}

/** What holds where nothing else is said. */
export const defaultServerLimits: ServerLimits = {
  connections: Number.POSITIVE_INFINITY,
  connectionsPerAddress: Number.POSITIVE_INFINITY,
  handshakes: 1000,
  handshakeTimeout: 10_000,
  queuedBytes: Number.POSITIVE_INFINITY,
  publishBuffer: 16 * 1024 * 1024,
};
