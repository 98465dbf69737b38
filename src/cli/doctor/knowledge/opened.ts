/** What goes wrong once the WebSocket is open: what was agreed on, silence, the end of it. */

import type { Knowledge } from "./entry.ts";

/** By id. */
export const openedKnowledge = {
  "subprotocol-not-chosen": {
    step: "subprotocol",
    severity: "failed",
    title: "the server chose none of the subprotocols that were offered",
    means: "RFC 6455 allows it, but browsers fail the connection then, as their own standard wants it.",
    remedy:
      "Offer one that the server knows, or let the server choose (Antiphon: subprotocols of the route). Offer none if the two need none.",
    symptoms: [
      "Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received",
      "Server sent no subprotocol",
    ],
  },
  "subprotocol-not-offered": {
    step: "subprotocol",
    severity: "failed",
    title: "the server chose a subprotocol that was not offered",
    means: "RFC 6455 (4.1) makes every client fail the connection: the two would speak different things.",
    remedy:
      "Offer that subprotocol (--subprotocol, subprotocols), or let the server answer only with one of the offered.",
    symptoms: [
      "Response must not include 'Sec-WebSocket-Protocol' header if not present in request",
      "'Sec-WebSocket-Protocol' header value '…' in response does not match any of sent values",
      "Server sent an invalid subprotocol",
      "ANSWER_SUBPROTOCOL",
    ],
  },
  "subprotocol-required": {
    step: "subprotocol",
    severity: "failed",
    title: "the server seems to want a subprotocol",
    means: "It refused or closed with words about a (sub)protocol, and none was offered, or one that it does not know.",
    remedy:
      "Offer the one that its clients speak: --subprotocol graphql-transport-ws, mqtt, v12.stomp, ocpp1.6 and the like.",
    symptoms: [
      "4406 Subprotocol not acceptable",
      "Missing Sec-WebSocket-Protocol",
      "1002 no subprotocol",
      "400 invalid subprotocol",
    ],
  },
  "compression-declined": {
    step: "compression",
    severity: "warning",
    title: "compression was asked for, and the server declined",
    means: "Messages go uncompressed. Many servers have it off by default, and some proxies remove the header.",
    remedy:
      "Switch it on in the server (Antiphon: compression: true in the app), if messages are large and repeat themselves.",
    symptoms: ["no Sec-WebSocket-Extensions in the answer", "socket.extensions is empty"],
  },
  "compression-broken": {
    step: "compression",
    severity: "failed",
    title: "the server's answer to the offer of compression is wrong",
    means:
      "It named an extension or a parameter that was not offered, or named one twice. Clients that offer compression, as all browsers do, fail the connection.",
    remedy:
      "Switch compression off in the server, or update its WebSocket library. Behind a proxy, look whether two of them answer.",
    symptoms: [
      "Error during WebSocket handshake: Invalid permessage-deflate parameters",
      "Found an unsupported extension",
      "Invalid Sec-WebSocket-Extensions header",
      "EXTENSION_NOT_OFFERED",
      "BAD_DEFLATE_ANSWER",
    ],
  },
  "echo-none": {
    step: "echo",
    severity: "warning",
    title: "nothing came back for a message",
    means: "The server is no echo server, which is no fault, or messages of this size do not get through.",
    remedy: "Use --echo only with servers that send messages back, such as antiphon echo.",
    symptoms: ["messages are sent but none is received"],
  },
  "echo-changed": {
    step: "echo",
    severity: "warning",
    title: "something else came back for a message",
    means: "The server answers with messages of its own, which is no fault, or something on the way changes them.",
    remedy: "Use --echo only with servers that send messages back as they came.",
    symptoms: ["the answer is not what was sent"],
  },
  "echo-ended": {
    step: "echo",
    severity: "failed",
    title: "the connection ended over a message",
    means:
      "The server, or something on the way, could not take a message of 2 KiB: compression that does not work, a limit, a server that wants another format.",
    remedy:
      "Read the close code. If compression was agreed on, switch it off in the server and try again; else look at its limit on messages and at its log.",
    symptoms: [
      "closes after the first message",
      "WebSocket closes when sending a large message",
      "Invalid WebSocket frame: RSV1 must be clear",
      "Invalid frame header",
    ],
  },
  "ping-no-pong": {
    step: "ping",
    severity: "failed",
    title: "pings get no pong",
    means:
      "RFC 6455 (5.5.2) wants each ping answered. The server does not read, does not obey, or something on the way drops control frames. Heartbeats find this connection dead.",
    remedy:
      "Look whether the server's handler blocks its event loop or thread. Update its WebSocket library. Else switch heartbeats by ping off and send messages for it.",
    symptoms: [
      "PING_TIMEOUT",
      "HEARTBEAT_TIMEOUT",
      "keepalive ping timeout; no close frame received",
      "1011 keepalive ping timeout",
    ],
  },
  "broken-frames": {
    step: "open",
    severity: "failed",
    title: "the server breaks the rules of the protocol",
    means: "What it sends is no proper frame, or no proper text. Clients have to end such a connection (1002 or 1007).",
    remedy:
      "Update the server's WebSocket library; a server written by hand needs one. A proxy that changes bytes can be the cause too: try past it.",
    symptoms: [
      "Invalid frame header",
      "A server must not mask any frames that it sends to the client.",
      "One or more reserved bits are on: reserved1 = 1",
      "Could not decode a text frame as UTF-8.",
      "RSV_UNEXPECTED",
    ],
  },
  "idle-cut": {
    step: "idle",
    severity: "failed",
    title: "the connection is cut when it is silent",
    means:
      "A proxy, a firewall or the server ends connections on which nothing moves for some time. The two ends mostly see 1006, or nothing at all until they send.",
    remedy:
      "Let something move more often than that: Antiphon's heartbeat does (25 s by default, heartbeat.interval), on one side or both. Or raise the timeout (below).",
    symptoms: [
      "closes after 60 seconds",
      "closes after 100 seconds",
      "1006 after a minute",
      "upstream timed out while reading upstream",
      "H15 - Idle connection",
    ],
    proxies: "idle",
  },
  "close-no-answer": {
    step: "close",
    severity: "warning",
    title: "the server does not answer the Close frame",
    means: "The closing handshake stays half done: the client waits, and then sees 1006 in place of 1000.",
    remedy:
      "Look whether the server's handler still reads, or blocks. Libraries answer by themselves, as long as someone receives.",
    symptoms: ["1006 after calling close()", "readyState stays 2 (CLOSING)", "wasClean: false"],
  },
  "close-without-frame": {
    step: "close",
    severity: "warning",
    title: "the server ends TCP in place of answering the Close frame",
    means:
      "RFC 6455 (5.5.1) wants a Close frame back. The client sees 1006, and cannot tell it from a lost connection.",
    remedy: "Let the server close the WebSocket, not the socket below it; update its library.",
    symptoms: ["1006 after calling close()", "WebSocket connection closed without a Close frame"],
  },
  "close-lingers": {
    step: "close",
    severity: "warning",
    title: "the server leaves TCP open after the closing handshake",
    means:
      "The server is to end TCP first (RFC 6455, 7.1.1). Connections that stay half open fill tables of servers, proxies and clients.",
    remedy: "Look at the server's library, and at proxies that hold the connection (HAProxy: timeout client-fin).",
    symptoms: ["many sockets in FIN_WAIT_2 or CLOSE_WAIT", "close event comes seconds late"],
  },
} as const satisfies Readonly<Record<string, Knowledge>>;
