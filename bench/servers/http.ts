/** A process with Node's HTTP server in it that answers every upgrade with a canned 101: the floor for handshakes. It answers a Close, and nothing else. */

import { createServer } from "node:http";
import { CLOSE } from "../load/frames.ts";
import { CANNED_101 } from "./canned-101.ts";
import { listenOn } from "./on-http.ts";
import { serve } from "./process.ts";

serve(() => {
  const server = createServer();
  server.on("upgrade", (_request, stream) => {
    stream.on("error", () => {});
    stream.on("data", (chunk: Buffer) => {
      if (chunk[0] === CLOSE) stream.end(GOODBYE);
    });
    stream.write(CANNED_101);
  });
  return listenOn(server);
});

/** A Close frame with 1000. */
const GOODBYE = Buffer.from([CLOSE, 2, 3, 232]);
