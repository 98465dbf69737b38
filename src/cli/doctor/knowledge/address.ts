/** What goes wrong before anything answers: the URL, the name, the way to the machine, the proxy on the way out. */

import type { Knowledge } from "./entry.ts";

/** By id. */
export const addressKnowledge = {
  "url-unreadable": {
    step: "url",
    severity: "failed",
    title: "the URL cannot be read",
    means: "Nothing can be tried: there is no host in it, or a part of it is none. IPv6 addresses stand in brackets.",
    remedy: "Write scheme, host, port and path: ws://localhost:8765/chat, wss://example.com/chat, ws://[::1]:8765/.",
    symptoms: ["SyntaxError: Failed to construct 'WebSocket': The URL '…' is invalid", "BAD_URL", "ERR_INVALID_URL"],
  },
  "url-without-scheme": {
    step: "url",
    severity: "warning",
    title: "the URL has no scheme",
    means: "It was taken for ws:. Browsers take text without a scheme for a path on the page's own host.",
    remedy: "Write ws:// (or wss:// for TLS) in front of it.",
    symptoms: [
      "SyntaxError: Failed to construct 'WebSocket': The URL's scheme must be either 'http', 'https', 'ws', or 'wss'",
    ],
  },
  "url-http-scheme": {
    step: "url",
    severity: "warning",
    title: "the URL has the scheme of a page, http: or https:",
    means: "It was taken for ws: or wss:. Browsers of before 2024 and many libraries throw a SyntaxError instead.",
    remedy: "Write ws: for http: and wss: for https:.",
    symptoms: ["The URL's scheme must be either 'ws' or 'wss'. 'https' is not allowed."],
  },
  "url-fragment": {
    step: "url",
    severity: "warning",
    title: "the URL has a fragment (#…)",
    means: "A fragment is never sent, and RFC 6455 (section 3) forbids it: browsers throw a SyntaxError.",
    remedy: "Leave it out, or put what it says into the query (?…). Encode a # that belongs to a value as %23.",
    symptoms: ["The URL contains a fragment identifier ('…'). Fragment identifiers are not allowed in WebSocket URLs."],
  },
  "url-without-port": {
    step: "url",
    severity: "warning",
    title: "the URL has no port, and leads to a machine of one's own",
    means: "Without a port it is 80 for ws: and 443 for wss:. Servers in development mostly listen on another one.",
    remedy: "Add the port that the server says it listens on: ws://localhost:8765/.",
    symptoms: ["connect ECONNREFUSED 127.0.0.1:80", "connect ECONNREFUSED ::1:80"],
  },
  "url-plain-to-443": {
    step: "url",
    severity: "warning",
    title: "the URL is ws:, without TLS, but names port 443",
    means: "443 is where servers speak TLS. A request without it gets a 400, or no answer at all.",
    remedy: "Write wss: in place of ws:.",
    symptoms: ["The plain HTTP request was sent to HTTPS port", "Client sent an HTTP request to an HTTPS server."],
  },
  "url-tls-to-80": {
    step: "url",
    severity: "warning",
    title: "the URL is wss:, with TLS, but names port 80",
    means: "80 is where servers speak HTTP without TLS. The TLS handshake fails there.",
    remedy: "Leave out the port, or name the one with TLS; mostly 443.",
    symptoms: ["EPROTO … wrong version number", "ERR_SSL_PROTOCOL_ERROR"],
  },
  "url-plain-in-public": {
    step: "url",
    severity: "warning",
    title: "the URL is ws:, without TLS, to a public host",
    means:
      "Pages that came by https: may not open it (mixed content), everybody on the way can read it, and proxies of offices and mobile networks are known to break it.",
    remedy: "Serve it with TLS, and write wss:.",
    symptoms: [
      "Mixed Content: The page at 'https://…' was loaded over HTTPS, but attempted to connect to the insecure WebSocket endpoint",
      "SecurityError: An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.",
    ],
  },
  "url-blocked-port": {
    step: "url",
    severity: "warning",
    title: "browsers refuse this port",
    means:
      "It is one that browsers open no connection to, because another protocol lives there (Fetch standard, bad ports).",
    remedy: "Let the server listen on another port. 443, 8080 and 8765 are free for it.",
    symptoms: ["net::ERR_UNSAFE_PORT", "This address is restricted"],
  },
  "url-listening-address": {
    step: "url",
    severity: "warning",
    title: "the host is an address to listen on, not to connect to",
    means:
      '0.0.0.0 and [::] say "all addresses of this machine" to a server. To a client they mean something else on each system.',
    remedy: "Write localhost, or the machine's name or address.",
    symptoms: ["net::ERR_ADDRESS_INVALID", "ws://0.0.0.0 works on Linux but not on Windows"],
  },
  "dns-unknown-name": {
    step: "dns",
    severity: "failed",
    title: "nobody knows the host's name",
    means:
      "There is no such name, or not in the network that you are in: names of containers and of offices are known only there.",
    remedy:
      "Look for a typing error. In containers, use the service's name from inside and the published port on localhost from outside. On a VPN, ask its own name server.",
    symptoms: ["getaddrinfo ENOTFOUND", "net::ERR_NAME_NOT_RESOLVED", "Name or service not known", "NAME_NOT_FOUND"],
  },
  "dns-no-answer": {
    step: "dns",
    severity: "failed",
    title: "the name server does not answer",
    means: "Whether the name exists is not known: this machine could not ask.",
    remedy: "Look at the network connection, the VPN, and the name server in /etc/resolv.conf; then try again.",
    symptoms: ["getaddrinfo EAI_AGAIN", "Temporary failure in name resolution", "NAME_LOOKUP_FAILED"],
  },
  "tcp-refused": {
    step: "tcp",
    severity: "failed",
    title: "nobody listens on this port",
    means: "The machine is there, and says that no program listens at this address and port.",
    remedy:
      "Start the server, and compare the port with what it says when it starts. A server on 127.0.0.1 hears only its own machine, or its own container: let it listen on 0.0.0.0 there.",
    symptoms: ["ECONNREFUSED", "net::ERR_CONNECTION_REFUSED", "Connection refused", "CONNECTION_REFUSED"],
  },
  "tcp-other-loopback": {
    step: "tcp",
    severity: "failed",
    title: "the server listens on the other one of 127.0.0.1 and ::1",
    means:
      "A machine has two addresses of its own, 127.0.0.1 (IPv4) and ::1 (IPv6). The server listens on one, the URL means the other.",
    remedy: 'Write the address that answers into the URL, or let the server listen on "localhost" or on both ("::").',
    symptoms: [
      "connect ECONNREFUSED ::1:…",
      "works with 127.0.0.1 but not with localhost",
      "since Node.js 17 localhost is refused",
    ],
  },
  "tcp-some-addresses": {
    step: "tcp",
    severity: "warning",
    title: "some of the host's addresses do not answer",
    means:
      "The name has several addresses. Clients that try only the first, or one after the other, fail or are slow. With localhost: it is ::1 and 127.0.0.1, and the server listens on one of them.",
    remedy:
      'Let the server listen on all of them (host "::" is both IPv6 and IPv4), or take the dead ones out of the DNS.',
    symptoms: [
      "connecting takes seconds, and then works",
      "connect ECONNREFUSED ::1:… in Node.js, while the browser connects",
    ],
  },
  "tcp-timeout": {
    step: "tcp",
    severity: "failed",
    title: "the machine does not answer",
    means: "No answer, not even a refusal: a firewall drops the packets, or nobody has this address.",
    remedy:
      "Open the port in the firewall, the security group or the network policy. Look whether the address is the right one, and reachable from this network (VPN).",
    symptoms: ["ETIMEDOUT", "net::ERR_CONNECTION_TIMED_OUT", "Connection timed out", "CONNECTION_TIMED_OUT"],
  },
  "tcp-unreachable": {
    step: "tcp",
    severity: "failed",
    title: "there is no way to the machine",
    means:
      "This machine, or a router, knows no way to the address. With an IPv6 address: this network may have no IPv6.",
    remedy: "Look at the network connection and the VPN. For IPv6, give the name an IPv4 address (A record) as well.",
    symptoms: ["EHOSTUNREACH", "ENETUNREACH", "net::ERR_ADDRESS_UNREACHABLE", "No route to host"],
  },
  "tcp-failed": {
    step: "tcp",
    severity: "failed",
    title: "the connection cannot be made",
    means:
      "The system of this machine refused to connect: a local firewall, a sandbox without network, a unix socket that is missing or not yours.",
    remedy: "Read the system's own word for it above, and look at what limits the network of this process.",
    symptoms: ["EACCES", "EPERM", "ENOENT", "connect EACCES"],
  },
  "proxy-unreadable": {
    step: "proxy",
    severity: "failed",
    title: "the proxy's URL cannot be read",
    means: "A proxy is named by http:// or https://, its host and its port.",
    remedy: "Write --proxy http://proxy.example:3128, or mend HTTPS_PROXY or HTTP_PROXY in the environment.",
    symptoms: ["BAD_OPTION … proxy"],
  },
  "proxy-refused": {
    step: "proxy",
    severity: "failed",
    title: "the proxy opens no tunnel",
    means:
      "It was asked by CONNECT to lead to the server, and declined: it wants a password (407), forbids the port (403: many allow only 443), or cannot reach the server (502 to 504).",
    remedy:
      "For 407, write user and password into the proxy's URL. For 403, use wss: on port 443. Else ask whoever runs the proxy.",
    symptoms: ["net::ERR_TUNNEL_CONNECTION_FAILED", "407 Proxy Authentication Required", "PROXY_REFUSED"],
  },
  "proxy-no-answer": {
    step: "proxy",
    severity: "failed",
    title: "the proxy is none",
    means: "Whoever listens there does not answer a CONNECT request in HTTP.",
    remedy: "Compare host and port with the proxy's. SOCKS proxies are something else, and not spoken here.",
    symptoms: ["the proxy did not answer in HTTP", "net::ERR_PROXY_CONNECTION_FAILED"],
  },
} as const satisfies Readonly<Record<string, Knowledge>>;
