/** BlackSheep, "Example: chat application": here a connection that died stops no message and no goodbye. */

import { App } from "antiphon";

interface ChatMessage {
  author: string;
  text: string;
  timestamp: number;
}

export const app = new App({ limits: { messageSize: 4096 } });

app.ws("/ws/:clientId<uuid>", async (socket) => {
  const room = socket.join("chat");
  const author = socket.params.clientId.slice(0, 8);
  const say = (author: string, text: string): ChatMessage => ({ author, text, timestamp: Date.now() });

  socket.to(room).sendJson(say("server", `${author} joined`));
  for await (const text of socket.iterText()) room.sendJson(say(author, text));
  room.sendJson(say("server", `${author} left`));
});

app.http.get("/", (c) => c.redirect("/app/"));
app.static("/app", new URL("public", import.meta.url));

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
