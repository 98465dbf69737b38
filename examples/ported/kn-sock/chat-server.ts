/** kn-sock, docs/examples.md, the server of the chat with rooms: here presence says who comes and goes, however they go. */

import { App } from "antiphon";

export const app = new App();

app.ws("/", async (socket) => {
  const { type, room: name, nickname } = await socket.receiveJson<Partial<Record<string, unknown>>>();
  if (type !== "join" || typeof name !== "string") return void socket.close(1008, "join a room first");

  const room = socket.join(`chat:${name}`, { info: { nickname } });
  const { signal } = socket;
  room.onJoin(({ info }) => void socket.sendJson({ type: "user_joined", ...(info as object) }), { signal });
  room.onLeave(({ info }) => void socket.sendJson({ type: "user_left", ...(info as object) }), { signal });
  for await (const { message } of socket.iterJson<{ message: string }>()) {
    room.sendJson({ type: "message", nickname, message });
  }
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8765 });
