/** Why there is no connection with a server of NATS: what the client says, as the end of a sentence. */

/** Our own timer was sooner than the client's. */
export class DialTimeout extends Error {}

/** What the sentence needs to know of the attempt. */
export interface FailedDial {
  /** Milliseconds. */
  readonly timeout: number;
}

/** The reason. What is not known here is told in the client's words, in which no user and no password stand. */
export function whyNot(error: unknown, { timeout }: FailedDial): string {
  const { name = "", message = "", code = "", cause } = Object(error) as Failure;
  if (error instanceof DialTimeout || name === "TimeoutError") return `no answer within ${timeout} ms`;
  if (name === "AuthorizationError") return `the server does not let us in: ${message}`;
  const systemCode = String(code || (Object(cause) as Failure).code || "");
  return REASONS[systemCode] ?? reasonOf(message) ?? (message || String(error));
}

interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** By the code of Node, or of OpenSSL. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset before the server had answered",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host's name cannot be looked up now",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "no answer from the host",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is signed by nobody known here (tls.ca names others)",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate is signed by nobody known here (tls.ca names others)",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is signed by nobody known here (tls.ca names others)",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the server's certificate is signed by nobody known here (tls.ca names others)",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
};

/** By what the client says. */
function reasonOf(message: string): string | undefined {
  if (/connection refused/.test(message)) return REASONS["ECONNREFUSED"];
  if (/server does not support 'tls'/.test(message)) return "the server speaks no TLS, and the URL or tls wants it";
  // The client has no word for a connection that was closed before the greeting, and none for a greeting that it cannot read.
  if (/undefined error/.test(message)) return "the connection was closed before the server had said what it is";
  if (/unexpected response|JSON/.test(message)) return "whoever answers there is no server of NATS";
  return undefined;
}
