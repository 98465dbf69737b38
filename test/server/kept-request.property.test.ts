/** What is kept of a request says what the request said, whatever that was. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { AskedRequest } from "../../src/server/kept-request.ts";
import { KeptRequest, packRequest } from "../../src/server/kept-request.ts";

const NAMES = ["Host", "Connection", "upgrade", "Sec-WebSocket-Extensions", "Pragma", "Cookie", "X-Own", "x-a-b"];
const VALUES = ["", "Upgrade", "websocket", "no-cache", "a: b", ":", "permessage-deflate; client_max_window_bits"];

// A field's value has no line break (RFC 9110, 5.5): Node, Bun and Deno refuse such requests.
const value = fc.oneof(fc.constantFrom(...VALUES), fc.stringMatching(/^[\x21-\x7e\xa0-\xff]{0,40}$/));
const fields = fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 12 });

test.each([
  ["pairs", (all: readonly [string, string][]) => ({ headerFields: () => all })],
  [
    "names and values in turn",
    (all: readonly [string, string][]) => ({ headerFields: () => all, rawHeaders: all.flat() }),
  ],
])("fields come back as they were, from %s", (_how, given) => {
  fc.assert(
    fc.property(fields, fc.boolean(), fc.boolean(), (all, secure, compressed) => {
      const request = { target: "/chat?a=b", peerAddress: "::1", secure, upgrade: { httpVersion: "1.1" } };
      const asked = { ...request, ...given(all) } as unknown as AskedRequest;

      const kept = new KeptRequest(packRequest(asked, { protocol: "chat.v2", compressed }));

      expect(kept.headerFields()).toEqual(all.map(([name, text]) => [name.toLowerCase(), text]));
      expect(kept).toMatchObject({ target: "/chat?a=b", peerAddress: "::1", secure, protocol: "chat.v2", compressed });
      expect(kept.upgrade.httpVersion).toBe("1.1");
    }),
  );
});
