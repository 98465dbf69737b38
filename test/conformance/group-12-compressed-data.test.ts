/** Autobahn's group 12: compressed messages of many sizes and five kinds of data, with what Autobahn offers by itself. */

import { conversations } from "./compressed-sizes.ts";
import { describeConversations } from "./converse.ts";
import { TEST_DATA } from "./test-data.ts";

/** Autobahn accepts both of the client's parameters, and its server asks for none. */
const DEFAULT_OFFER = {
  offer: "permessage-deflate; client_no_context_takeover; client_max_window_bits",
  agreed: "permessage-deflate; client_no_context_takeover",
  answer: "permessage-deflate",
};

for (const [index, data] of TEST_DATA.entries()) {
  const group = `12.${index + 1}`;
  describeConversations(`${group} ${data.name}`, conversations(group, data, DEFAULT_OFFER));
}
