/** A chat: rooms and names, who is here, who comes and goes; on one process or several. The page that talks to it is in public/. */

import { App, type PresentMember, type Room, type ServerSocket } from "antiphon";
import { nats } from "antiphon/nats";
import { redis } from "antiphon/redis";

/** Characters in a message. */
const LONGEST = 2000;

const app = new App<{ name: string }>({
  broker: toBroker(process.env["BROKER"]),
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
  const me = { id: socket.id, name: socket.data.name };
  const refuse = () => socket.sendJson({ type: "refused", wanted: `{ "text": "1 to ${LONGEST} characters" }` });

  const room = socket.join(socket.params.room, { info: { name: me.name, process: process.pid } });
  socket.sendJson({ type: "welcome", you: me.id });
  const { signal } = socket;
  room.onJoin((member) => void socket.sendJson({ type: "join", ...toPerson(member) }), { signal });
  room.onLeave((member) => void socket.sendJson({ type: "leave", ...toPerson(member) }), { signal });
  void showPeople(room, socket); // Talking does not wait for it.
  for await (const said of socket.iterJson({ onInvalid: refuse })) {
    if (isSaid(said)) room.sendJson({ type: "message", ...me, text: said.text, key: said.key, at: Date.now() });
    else await refuse();
  }
});

const { url } = await app.listen({
  port: Number(process.env["PORT"] ?? 5042),
  host: process.env["HOST"],
  signals: { timeout: 3000 },
});
console.log(`The chat: open ${url} in two windows.`);

/** BROKER=redis://localhost:6379 or nats://localhost:4222 joins what runs on several processes. Without it, there is one. */
function toBroker(url = "") {
  const options = { namespace: "chat", lease: 6000 }; // Whose process was killed is gone from the list within 8 s.
  if (url === "") return undefined;
  return url.startsWith("nats:") ? nats(url, options) : redis(url, options);
}

/** Who is here, on whatever process. While the broker is away, that waits until it is back. */
async function showPeople(room: Room, socket: ServerSocket<{ name: string }>) {
  await room.ready();
  const people = await room.who().catch(() => []); // Why, the log says.
  void socket.sendJson({ type: "people", people: people.map(toPerson) });
}

/** What a member shows is what it joined with. */
function toPerson({ id, info }: PresentMember) {
  return { id, ...(info as { name: string; process: number }) };
}

/** `key` is the sender's own name for the message, by which a client knows it again when it comes back. */
function isSaid(value: unknown): value is { text: string; key?: string } {
  const { text, key = "" } = Object(value);
  if (typeof text !== "string" || typeof key !== "string") return false;
  return text.trim() !== "" && text.length <= LONGEST && key.length <= 40;
}
