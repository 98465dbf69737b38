/** Responder, "Before-Request Hooks for WebSockets": here a client without a token is told 401 and why, and accepting twice does no harm. */

import { App } from "antiphon";

const TOKENS = new Map([["let-me-in", "Ada"]]);

export const app = new App<{ user: string }>();

app.use(async (socket, next) => {
  const user = TOKENS.get(socket.query.get("token") ?? "");
  if (user === undefined) return socket.reject(401, { error: "a valid token, please: /ws?token=…" });
  socket.data.user = user;
  await socket.accept(); // May be left out: the handler's first send would do it.
  await next();
});

app.ws("/ws", (socket) => socket.sendText(`Hello, ${socket.data.user}`));

if (process.argv[1] === import.meta.filename) await app.listen({ port: 5042 });
