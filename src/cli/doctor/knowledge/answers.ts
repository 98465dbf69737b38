/** What is answered in place of a 101: which status, and who is behind it. */

import type { Knowledge } from "./entry.ts";

/** By id. */
export const answerKnowledge = {
  "http-200": {
    step: "http",
    severity: "failed",
    title: "an ordinary answer came in place of the upgrade",
    means:
      "Whoever answered took the request for that of a page. Mostly a proxy has not passed on the headers Upgrade and Connection; or the path leads to static files, or to an app that answers every path with its page.",
    remedy: "Pass the upgrade on in every proxy on the way (below), and look whether the path is the WebSocket's own.",
    symptoms: [
      "Error during WebSocket handshake: Unexpected response code: 200",
      "Unexpected server response: 200",
      "UPGRADE_REFUSED",
    ],
    proxies: "upgrade",
  },
  "http-redirect": {
    step: "http",
    severity: "failed",
    title: "the server redirects",
    means:
      "Browsers and most clients follow no redirect for a WebSocket. Mostly it leads to https:, to a path with a slash at its end, or to a page to sign in.",
    remedy:
      "Connect to where it leads, with wss: for https:. If it is a page to sign in, send the cookie or the token with --header. In Antiphon, redirects: 1 follows.",
    symptoms: [
      "Unexpected response code: 301",
      "Unexpected response code: 302",
      "Unexpected server response: 307",
      "Unexpected response code: 308",
    ],
  },
  "http-400": {
    step: "http",
    severity: "failed",
    title: "the server calls the request a bad one",
    means:
      "It misses something: a header that a proxy has removed or changed, a subprotocol, a parameter in the query.",
    remedy:
      "Read its own words above. Try the server without the proxy, with --subprotocol, and with the query that its own client uses.",
    symptoms: [
      "Unexpected response code: 400",
      "Unexpected server response: 400",
      "Bad Request",
      "Missing or invalid Sec-WebSocket-Key header",
    ],
    proxies: "upgrade",
  },
  "http-upgrade-lost": {
    step: "http",
    severity: "failed",
    title: "the headers of the upgrade did not arrive",
    means:
      "The request had Upgrade: websocket and Connection: Upgrade when it left; the server misses them. They are hop by hop, so that every proxy has to be told to pass them on.",
    remedy:
      "Pass the upgrade on in every proxy on the way (below). nginx: proxy_http_version 1.1, and proxy_set_header for Upgrade and Connection.",
    symptoms: [
      "426 Upgrade Required",
      "'upgrade' token not found in 'Connection' header",
      'Can "Upgrade" only to "WebSocket".',
      "Invalid Upgrade header",
      "Unexpected response code: 426",
    ],
    proxies: "upgrade",
  },
  "http-401": {
    step: "http",
    severity: "failed",
    title: "the server wants to know who is asking",
    means:
      "Credentials are missing, wrong or expired. A browser can send no header of one's own with a WebSocket, only cookies.",
    remedy:
      'Send what it wants: --header "Authorization: Bearer …" or --header "Cookie: …". For browsers use a cookie, a short-lived ticket in the query, or the first message.',
    symptoms: [
      "Unexpected response code: 401",
      "HTTP Authentication failed; no valid credentials available",
      "Unexpected server response: 401",
    ],
  },
  "http-403": {
    step: "http",
    severity: "failed",
    title: "the server forbids it",
    means:
      "Mostly by the Origin header: the page's host is not on the server's list. Or the Host, the address or the user is not allowed, or a firewall for the web stands before it.",
    remedy:
      "Allow the page's origin: origins in Antiphon's app, ALLOWED_HOSTS in Django's, check_origin in Phoenix and Tornado, CORS in Socket.IO. Try --origin with the page's own address.",
    symptoms: [
      "Unexpected response code: 403",
      "Unexpected server response: 403",
      "ORIGIN_REFUSED",
      "origin not allowed",
      "Forbidden",
    ],
  },
  "http-404": {
    step: "http",
    severity: "failed",
    title: "there is nothing at this path",
    means: "The server has no WebSocket there, or the proxy asks the wrong server, or cuts or adds a part of the path.",
    remedy:
      "Compare the path with the server's route: slash at the end, prefix of the proxy, upper and lower case. In nginx, proxy_pass with a path replaces that of the location.",
    symptoms: ["Unexpected response code: 404", "Unexpected server response: 404", "Cannot GET /ws", "NO_ROUTE"],
  },
  "http-socket-io": {
    step: "http",
    severity: "failed",
    title: "this is a Socket.IO server",
    means:
      "Socket.IO is a protocol of its own on top of WebSockets, at the path /socket.io/. A plain WebSocket client cannot talk with it.",
    remedy: "Use the socket.io-client, or serve a plain WebSocket at a path of its own.",
    symptoms: [
      '{"code":0,"message":"Transport unknown"}',
      "/socket.io/?EIO=4&transport=websocket",
      "Unexpected response code: 400",
    ],
  },
  "http-405": {
    step: "http",
    severity: "failed",
    title: "the path takes no GET",
    means: "A WebSocket begins with a GET. The path belongs to something else, such as an API for POST.",
    remedy: "Compare the path with the server's route for WebSockets.",
    symptoms: ["Unexpected response code: 405", "Method Not Allowed"],
  },
  "http-version": {
    step: "http",
    severity: "failed",
    title: "the server speaks another version of the protocol",
    means: "Its Sec-WebSocket-Version does not include 13, the one of RFC 6455: it is from before 2011, or broken.",
    remedy: "Replace the server's WebSocket library.",
    symptoms: ["426 Upgrade Required with Sec-WebSocket-Version", "Unsupported WebSocket version"],
  },
  "http-429": {
    step: "http",
    severity: "failed",
    title: "there were too many attempts",
    means: "The server or its firewall limits how often, or how many at once, one address may connect.",
    remedy:
      "Wait as long as Retry-After says, and reconnect with growing pauses and jitter (Antiphon: reconnect: true). Raise the limit for many users behind one address.",
    symptoms: ["Unexpected response code: 429", "Too Many Requests", "TOO_MANY_FROM_ADDRESS", "TOO_MANY_HANDSHAKES"],
  },
  "http-500": {
    step: "http",
    severity: "failed",
    title: "the server failed while it answered",
    means: "An error in its code, before the WebSocket was accepted: in the sign-in, a middleware, a database.",
    remedy: "Its log has the error, at this moment.",
    symptoms: [
      "Unexpected response code: 500",
      "Unexpected server response: 500",
      "Internal Server Error",
      "FAILED_BEFORE_ACCEPT",
    ],
  },
  "http-502": {
    step: "http",
    severity: "failed",
    title: "the proxy got no proper answer from the server behind it",
    means: "The server is down, listens elsewhere, speaks TLS where the proxy does not, or ended the connection.",
    remedy:
      "Ask the server itself, from the proxy's machine: antiphon doctor ws://127.0.0.1:PORT/path. Compare host, port and http: or https: with the proxy's configuration.",
    symptoms: [
      "Unexpected response code: 502",
      "Bad Gateway",
      "upstream prematurely closed connection",
      "connect() failed (111: Connection refused) while connecting to upstream",
    ],
  },
  "http-503": {
    step: "http",
    severity: "failed",
    title: "nobody is there to serve it now",
    means: "The proxy has no healthy server behind it, or the server is full, starting or stopping.",
    remedy:
      "Look at the health checks (they need an ordinary 200, not an upgrade), at how many servers run, and at the server's limit of connections.",
    symptoms: [
      "Unexpected response code: 503",
      "Service Unavailable",
      "No server is available to handle this request.",
      "no healthy upstream",
      "TOO_MANY_CONNECTIONS",
    ],
  },
  "http-504": {
    step: "http",
    severity: "failed",
    title: "the server behind the proxy did not answer in time",
    means: "The proxy reached nobody, or the server took the request and never accepted it.",
    remedy:
      "Ask the server itself, past the proxy. Look at firewalls between the two, and whether its handler accepts before it waits.",
    symptoms: ["Unexpected response code: 504", "Gateway Timeout", "upstream timed out (110: Connection timed out)"],
  },
  "http-cloudflare": {
    step: "http",
    severity: "failed",
    title: "Cloudflare cannot reach the server behind it",
    means:
      "520: an answer it did not understand; 521: refused; 522 and 524: too late; 523: no way; 525 and 526: TLS failed or the certificate is not valid.",
    remedy:
      "Ask the server itself, past Cloudflare. Let it listen on a port that Cloudflare serves, let Cloudflare's addresses through the firewall, and choose a fitting SSL mode.",
    symptoms: [
      "Unexpected response code: 520",
      "Unexpected response code: 521",
      "Unexpected response code: 522",
      "Unexpected response code: 525",
      "Unexpected response code: 526",
    ],
  },
  "http-other": {
    step: "http",
    severity: "failed",
    title: "the server answers with another status",
    means: "Only 101 Switching Protocols opens a WebSocket.",
    remedy: "Read its own words above, and look at the server's log.",
    symptoms: ["Error during WebSocket handshake: Unexpected response code", "Received unexpected status code"],
  },
} as const satisfies Readonly<Record<string, Knowledge>>;
