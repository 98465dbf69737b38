/** What is no answer to the opening handshake at all, and a 101 that is wrong. */

import type { Knowledge } from "./entry.ts";

/** By id. */
export const handshakeKnowledge = {
  "http-silent": {
    step: "http",
    severity: "failed",
    title: "the server takes the request and says nothing",
    means:
      "TCP is open, but no answer came: the server is stuck, waits for another protocol, or a handler never accepts.",
    remedy:
      "Look at the server's log. Does the handler accept or reject before it waits for anything? Is it the right port?",
    symptoms: ["WebSocket opening handshake timed out", "readyState stays 0 (CONNECTING)", "CONNECT_TIMEOUT"],
  },
  "http-ended": {
    step: "http",
    severity: "failed",
    title: "the connection ends without an answer",
    means: "The server, or something on the way, dropped the request: it crashed, does not speak HTTP, or wants TLS.",
    remedy: "Look at the server's log for this moment. Try wss:. Behind a proxy, look at the proxy's log too.",
    symptoms: [
      "socket hang up",
      "ECONNRESET",
      "net::ERR_EMPTY_RESPONSE",
      "Connection closed before receiving a handshake response",
    ],
  },
  "http-tls-port": {
    step: "http",
    severity: "failed",
    title: "the port speaks TLS, the URL does not",
    means: "The URL is ws:, but the server waits for TLS there.",
    remedy: "Write wss: in place of ws:.",
    symptoms: [
      "400 The plain HTTP request was sent to HTTPS port",
      "Client sent an HTTP request to an HTTPS server.",
      "You're speaking plain HTTP to an SSL-enabled server port.",
      "TLS_WANTED",
    ],
  },
  "http-http2-only": {
    step: "http",
    severity: "failed",
    title: "the server speaks HTTP/2 without TLS, and nothing else",
    means: "It is a server for gRPC, or one that proxies are to speak HTTP/2 with. A WebSocket begins in HTTP/1.1.",
    remedy: "Let it speak HTTP/1.1 as well, or name the right port. If it has RFC 8441, connect with http2: true.",
    symptoms: ["Parse Error: Expected HTTP/", "HTTP/0.9 when not allowed"],
  },
  "http-not-http": {
    step: "http",
    severity: "failed",
    title: "the server does not speak HTTP",
    means:
      "Another program listens there: SSH, Redis, a database, a mail server, a raw TCP socket. A WebSocket is no raw TCP.",
    remedy:
      "Look what listens on this port. A server of bare sockets needs a WebSocket library; a database needs its own client.",
    symptoms: [
      "Parse Error: Expected HTTP/",
      "net::ERR_INVALID_HTTP_RESPONSE",
      "BAD_HTTP_HEAD",
      "SSH-2.0-OpenSSH",
      "-ERR unknown command",
    ],
  },
  "http-101-upgrade": {
    step: "http",
    severity: "failed",
    title: "the 101 does not say Upgrade: websocket",
    means: "The answer switches protocols, but not to WebSocket, or something on the way has removed the header.",
    remedy: "Let the proxy pass Upgrade back, or mend the server's handshake: use a library for it.",
    symptoms: [
      "'Upgrade' header is missing",
      "'Upgrade' header value is not 'WebSocket'",
      "Invalid Upgrade header",
      "ANSWER_WITHOUT_UPGRADE",
    ],
    proxies: "upgrade",
  },
  "http-101-connection": {
    step: "http",
    severity: "failed",
    title: "the 101 does not say Connection: Upgrade",
    means: "A server written by hand forgot it, or a proxy has put its own Connection header there.",
    remedy: "Let the proxy pass Connection back, or mend the server's handshake: use a library for it.",
    symptoms: [
      "'Connection' header is missing",
      "'Connection' header value must contain 'Upgrade'",
      "ANSWER_WITHOUT_CONNECTION",
    ],
    proxies: "upgrade",
  },
  "http-wrong-accept": {
    step: "http",
    severity: "failed",
    title: "Sec-WebSocket-Accept does not belong to this request",
    means:
      "The answer was made for another request: by a cache, by something that replays, or by a server that computes it wrong (SHA-1 of key and GUID, as base64).",
    remedy:
      "Keep caches away from this path (Cache-Control: no-store, or past the CDN), or mend the server's handshake: use a library for it.",
    symptoms: [
      "Incorrect 'Sec-WebSocket-Accept' header value",
      "'Sec-WebSocket-Accept' header is missing",
      "Invalid Sec-WebSocket-Accept header",
      "WRONG_ACCEPT",
    ],
  },
} as const satisfies Readonly<Record<string, Knowledge>>;
