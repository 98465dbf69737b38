/** Ends that nobody here asked for, by their close code: what each means and what to do. */

import type { Knowledge } from "./entry.ts";

/** By id; `endedId` finds the one for a code. */
export const closeCodeKnowledge = {
  "ended-1000": {
    step: "open",
    severity: "failed",
    title: "the server closes by itself, in order (1000 or 1005)",
    means: "Its handler came to its end: it returned, or has nothing to say to this client.",
    remedy:
      "Let the handler wait for messages (a loop over the socket) if it is to stay open. Look whether it needs a message, a token or a parameter first.",
    symptoms: ["1000", "1005 no status received", "opens and closes immediately"],
  },
  "ended-1001": {
    step: "open",
    severity: "failed",
    title: "the server is going away (1001, 1012 or 1013)",
    means: "It is stopping, restarting, or has too much to do.",
    remedy:
      "Try again later, with growing pauses (Antiphon: reconnect: true). Look whether it restarts again and again.",
    symptoms: ["1001 going away", "1012 service restart", "1013 try again later"],
  },
  "ended-1002": {
    step: "open",
    severity: "failed",
    title: "the server says that this side broke the protocol (1002, 1003 or 1007)",
    means:
      "It got what it could not take for a frame or a text, or a kind of message that it does not want. Something on the way may change bytes.",
    remedy: "Try past the proxies. If --compression makes the difference, switch it off on one side.",
    symptoms: ["1002 protocol error", "1003 unsupported data", "1007 invalid frame payload data"],
  },
  "ended-1006": {
    step: "open",
    severity: "failed",
    title: "the connection breaks off, without a Close frame (1006)",
    means:
      "1006 is never sent: it is what a client says when TCP just ended. The server crashed, or something between the two cut the line.",
    remedy:
      "Look at the logs of the server and of every proxy, at this moment. If it comes after a while of silence, try --idle 120.",
    symptoms: [
      "1006",
      "code = 1006, no reason",
      "WebSocket connection to '…' failed",
      "abnormal closure",
      "connection lost",
    ],
    proxies: "idle",
  },
  "ended-1008": {
    step: "open",
    severity: "failed",
    title: "the server's rules do not allow it (1008 or 3000 to 3003)",
    means: "It opened the WebSocket and then refused: a missing or wrong token, an origin, a limit on messages.",
    remedy: "Send the credentials that it wants (--header, the query). Its reason and its log say more.",
    symptoms: ["1008 policy violation", "3000 unauthorized", "3003 forbidden", "403 after accept"],
  },
  "ended-1009": {
    step: "open",
    severity: "failed",
    title: "a message was too big for the server (1009)",
    means: "It passed the server's limit on the size of a message.",
    remedy:
      "Send less at once, or raise the limit (Antiphon: limits.messageSize; ws: maxPayload; Socket.IO: maxHttpBufferSize).",
    symptoms: ["1009 message too big", "Max payload size exceeded", "MESSAGE_TOO_BIG"],
  },
  "ended-1011": {
    step: "open",
    severity: "failed",
    title: "the server failed (1011 or 1014)",
    means: "An error in its handler, or in what stands behind it.",
    remedy: "Its log has the error, at this moment.",
    symptoms: ["1011 internal error", "1011 unexpected condition", "1014 bad gateway"],
  },
  "ended-application": {
    step: "open",
    severity: "failed",
    title: "the application closes with a code of its own (3004 to 4999)",
    means:
      "Codes from 4000 mean what the application says. Some are widely used: 4001 and 4401 for who is not signed in, 4403 for who may not, 4406 and 4429 as their HTTP twins.",
    remedy:
      "Look the code up in the application's documentation. Codes as 44xx mostly mean what the HTTP status 4xx does.",
    symptoms: [
      "4000",
      "4001",
      "4400",
      "4401 Unauthorized",
      "4403 Forbidden",
      "4406 Subprotocol not acceptable",
      "4408",
      "4429",
    ],
  },
} as const satisfies Readonly<Record<string, Knowledge>>;

/** The piece of knowledge about an end with this code. */
export function endedId(code: number): keyof typeof closeCodeKnowledge {
  if (code === 1000 || code === 1005) return "ended-1000";
  if (code === 1001 || code === 1012 || code === 1013) return "ended-1001";
  if (code === 1002 || code === 1003 || code === 1007 || code === 1010) return "ended-1002";
  if (code === 1006) return "ended-1006";
  if (code === 1008 || (code >= 3000 && code <= 3003)) return "ended-1008";
  if (code === 1009) return "ended-1009";
  if (code === 1011 || code === 1014) return "ended-1011";
  return "ended-application";
}
