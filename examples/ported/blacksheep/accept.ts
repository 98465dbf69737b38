/** BlackSheep, "Accepting the connection": here a subprotocol is only ever one that the client offered, as RFC 6455 demands. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws", { subprotocols: ["custom-protocol"] }, async (socket) => {
  await socket.accept({ headers: { "x-custom-header": "custom-value" } });
  await socket.sendText(`We speak ${socket.protocol || "no subprotocol"}.`);
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
