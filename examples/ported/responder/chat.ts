/** Responder, "Chat Room" and "HTML Client": here a room is the set, so that nobody who leaves or is slow ends the talk of others. */

import { App } from "antiphon";

export const app = new App();

app.ws("/chat", async (socket) => {
  const room = socket.join("chat"); // Leaving is automatic.
  for await (const text of socket.iterText()) room.sendText(text);
});

app.static("/", new URL("public", import.meta.url));

if (process.argv[1] === import.meta.filename) await app.listen({ port: 5042 });
