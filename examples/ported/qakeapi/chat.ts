/** QakeAPI, "Chat Application": here nothing is a placeholder: what was said is kept, and whoever comes later is told. */

import { App } from "antiphon";

export const app = new App();
const histories = new Map<string, unknown[]>();

app.ws("/ws/chat/:room", async (socket) => {
  const room = socket.join(`chat:${socket.params.room}`);
  for (const message of histories.get(room.name) ?? []) void socket.sendJson(message);
  for await (const message of socket.iterJson()) {
    save(room.name, message);
    room.sendJson(message);
  }
});

function save(room: string, message: unknown): void {
  histories.set(room, [...(histories.get(room) ?? []), message].slice(-50));
}

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
