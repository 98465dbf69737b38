/** A chat: rooms and names, who is here, who comes and goes. The page that talks to it is in public/. */

import { App, type ServerSocket } from "antiphon";

/** Characters in a message. */
const LONGEST = 2000;

const app = new App<{ name: string }>({
  limits: { messageSize: 16 * 1024, messagesPerSecond: 10 },
  overRate: "pause", // Whoever talks too fast is read more slowly, and not thrown out.
});

app.static("/", new URL("public", import.meta.url));

app.use("/chat/*", async (socket, next) => {
  const name = socket.query.get("name")?.trim() ?? "";
  if (!/^\P{Cc}{1,32}$/u.test(name)) return socket.reject(400, "a name, please: /chat/lobby?name=Ada\n");
  socket.data.name = name;
  await next();
});

app.ws("/chat/:room", async (socket) => {
  const me = toPerson(socket);
  const refuse = () => socket.sendJson({ type: "refused", wanted: `{ "text": "1 to ${LONGEST} characters" }` });

  const room = socket.join(socket.params.room);
  socket.sendJson({ type: "welcome", you: me.id, people: Array.from(room.members, toPerson) });
  socket.to(room).sendJson({ type: "join", ...me });
  try {
    for await (const said of socket.iterJson({ onInvalid: refuse })) {
      if (isSaid(said)) room.sendJson({ type: "message", ...me, text: said.text, key: said.key, at: Date.now() });
      else await refuse();
    }
  } finally {
    room.sendJson({ type: "leave", ...me }); // However it ended: it is not in the room any more.
  }
});

const { url } = await app.listen({
  port: Number(process.env["PORT"] ?? 5042),
  host: process.env["HOST"],
  signals: { timeout: 3000 },
});
console.log(`The chat: open ${url} in two windows.`);

function toPerson({ id, data }: ServerSocket<{ name: string }>) {
  return { id, name: data.name };
}

/** `key` is the sender's own name for the message, by which a client knows it again when it comes back. */
function isSaid(value: unknown): value is { text: string; key?: string } {
  const { text, key = "" } = Object(value);
  if (typeof text !== "string" || typeof key !== "string") return false;
  return text.trim() !== "" && text.length <= LONGEST && key.length <= 40;
}
