/** Autobahn's group 13: the parameters of permessage-deflate, offered to our server and answered to our client. */

import type { Negotiation } from "./case.ts";
import { conversations } from "./compressed-sizes.ts";
import { describeConversations } from "./converse.ts";
import { JSON_DATA } from "./test-data.ts";

/** Every offer of Autobahn accepts the parameters that a server may set for its client. */
const ACCEPTS = "permessage-deflate; client_no_context_takeover; client_max_window_bits";
const ANSWER = "permessage-deflate; client_no_context_takeover";

/** As a client Autobahn asks the server for the same as it, as a server, asks the client for. */
const PARAMETERS: readonly Negotiation[] = [
  { offer: ACCEPTS, agreed: ANSWER, answer: "permessage-deflate" },
  {
    offer: `${ACCEPTS}; server_no_context_takeover`,
    agreed: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    answer: ANSWER,
  },
  asked("server_max_window_bits=9", "client_max_window_bits=9"),
  asked("server_max_window_bits=15", "client_max_window_bits=15"),
  askedForgetful("server_max_window_bits=9", "client_max_window_bits=9"),
  askedForgetful("server_max_window_bits=15", "client_max_window_bits=15"),
  {
    ...askedForgetful("server_max_window_bits=9", "client_max_window_bits=9"),
    offer: `${ACCEPTS}; server_no_context_takeover; server_max_window_bits=9, ${ACCEPTS}; server_no_context_takeover, ${ACCEPTS}`,
  },
];

for (const [index, deflate] of PARAMETERS.entries()) {
  const group = `13.${index + 1}`;
  describeConversations(
    `${group} "${deflate.agreed}" and "${deflate.answer}"`,
    conversations(group, JSON_DATA, deflate),
  );
}

function asked(ofServer: string, ofClient: string): Negotiation {
  return {
    offer: `${ACCEPTS}; ${ofServer}`,
    agreed: `${ANSWER}; ${ofServer}`,
    answer: `permessage-deflate; ${ofClient}`,
  };
}

function askedForgetful(ofServer: string, ofClient: string): Negotiation {
  return {
    offer: `${ACCEPTS}; server_no_context_takeover; ${ofServer}`,
    agreed: `permessage-deflate; server_no_context_takeover; client_no_context_takeover; ${ofServer}`,
    answer: `${ANSWER}; ${ofClient}`,
  };
}
