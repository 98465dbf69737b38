/** The chat that the tests beside it test: rooms, names, who comes and who goes, and over HTTP who is here. */

import { App } from "antiphon";

/** Characters in a message. */
const LONGEST = 200;

/**
 * A new chat. Each test has its own, so that none meets what another one left.
 *
 * @param {import("antiphon").AppOptions} [options]
 */
export function makeChat(options) {
  /** @type {App<{ name: string }>} */
  const app = new App({ logger: false, ...options });

  app.use("/chat/*", async (socket, next) => {
    const name = socket.query.get("name");
    if (!name) return socket.reject(400, "a name, please: ?name=Ada\n");
    socket.data.name = name;
    await next();
  });

  app.ws("/chat/:room", async (socket) => {
    const { name } = socket.data;
    const room = socket.join(socket.params.room);
    socket.to(room).sendJson({ type: "join", name });
    for await (const text of socket.iterText()) {
      if (text.length > LONGEST) await socket.sendJson({ type: "refused", longest: LONGEST });
      else room.sendJson({ type: "message", name, text });
    }
    room.sendJson({ type: "leave", name });
  });

  app.http.get("/people/:room", (c) => {
    const room = app.room(c.req.param("room"));
    return c.json(Array.from(room, (socket) => socket.data.name));
  });

  return app;
}
