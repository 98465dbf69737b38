/** The engine under Node's own HTTP server: everything that a WebSocket echo server needs, and no framework. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { acceptUpgrade, encodeResponseHead, readUpgrade } from "antiphon/protocol";
import { refuse, runEngine, toUpgradeRequest } from "antiphon/protocol/node";

const server = createServer((_request, response) => void response.end("a WebSocket echo server\n"));

server.on("upgrade", (request, stream, head) => {
  const upgrade = readUpgrade(toUpgradeRequest(request));
  if (upgrade.type === "refuse") return refuse(stream, upgrade);

  stream.write(encodeResponseHead(acceptUpgrade(upgrade).response));
  const engine = runEngine(stream, {
    role: "server",
    head,
    sink: {
      message: (data) => engine.send(data),
      close: ({ code, reason }) => console.log("closed:", code, reason),
    },
  });
});

server.listen(Number(process.env["PORT"] ?? 8765), "127.0.0.1", () => {
  console.log(`listening on ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
