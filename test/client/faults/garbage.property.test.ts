/** Any bytes as an answer, and any behind a good one: a defined end, a defined error, and nothing is left behind. */

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { connect } from "../../../src/client/index.ts";
import { acceptKey } from "../../../src/protocol/handshake/accept-key.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { expectNoLeftovers, nameOf, watchLeftovers } from "../../support/fault-watch.ts";

beforeAll(watchLeftovers);

/** Pieces of HTTP and of frames, so that some of it is nearly right. */
const piece = fc.oneof(
  fc.constantFrom("HTTP/1.1 ", "101", "200 OK", "\r\n", "\r\n\r\n", "Upgrade: websocket", "Connection: Upgrade", "\0"),
  fc.constantFrom(
    "Content-Length: 3",
    "Transfer-Encoding: chunked",
    "Retry-After: 1",
    "\x81\x02hi",
    "\x88\x00",
    "\x89\x00",
  ),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);
const garbage = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

/** A server that agrees to anything, and goes on with garbage. */
function agree(request: string, rest: string): string {
  const [, key = ""] = /^sec-websocket-key: (.*)$/im.exec(request) ?? [];
  const fields = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${acceptKey(key.trim())}`];
  return `${["HTTP/1.1 101 Switching Protocols", ...fields, "", ""].join("\r\n")}${rest}`;
}

test("any bytes end in a defined way", async () => {
  const proxy = await FaultProxy.to(0);
  await fc.assert(
    fc.asyncProperty(garbage, fc.boolean(), fc.boolean(), async (bytes, isGood, isSplit) => {
      const answer = { bytes: (request: string) => (isGood ? agree(request, bytes) : bytes), isLast: true };
      proxy.scripts.push({ answer, isSplit });
      const options = { timeout: 2_000, heartbeat: false, limits: { closeTimeout: 2_000 } } as const;
      try {
        const socket = await connect(`ws://127.0.0.1:${proxy.port}/`, options);
        const { error } = await socket.closed;
        expect(socket.state).toBe("closed");
        if (error !== undefined) nameOf(error);
      } catch (error) {
        expect(nameOf(error)).not.toContain("TIMEOUT");
      }
    }),
    { numRuns: 500 },
  );
  await expectNoLeftovers(proxy);
});
