/** A process with a server of `ws` in it, as its README has it; without or with its native modules, as the environment says. */

import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { type Line, replyTo } from "../load/payloads.ts";
import { wsDeflate } from "./deflate.ts";
import { listenOn } from "./on-http.ts";
import { serve } from "./process.ts";

serve(({ kind, compression }) => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: wsDeflate(compression) });
  sockets.on("connection", (socket) => {
    socket.on("error", () => {});
    if (kind === "echo") {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    } else if (kind === "room") {
      socket.on("message", (data, isBinary) => {
        for (const member of sockets.clients) {
          if (member.readyState === member.OPEN) member.send(data, { binary: isBinary });
        }
      });
    } else {
      socket.on("message", (data) => socket.send(JSON.stringify(replyTo(JSON.parse(String(data)) as Line))));
    }
  });
  return listenOn(server);
});
