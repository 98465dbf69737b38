/** kn-sock, docs/examples.md, the client of the chat with rooms: here it needs no second thread, and joins again when it was cut off. */

import { createInterface } from "node:readline";
import { connect } from "antiphon/client";

const [nickname = "somebody", room = "lobby", url = "ws://localhost:8765"] = process.argv.slice(2);

const socket = await connect(url, {
  reconnect: true,
  onOpen: (socket) => socket.sendJson({ type: "join", room, nickname }),
});
void show();
for await (const message of createInterface({ input: process.stdin, signal: socket.signal })) {
  if (message === "quit") break;
  await socket.sendJson({ type: "message", message });
}
await socket.close();

async function show(): Promise<void> {
  for await (const { type, nickname, message } of socket.iterJson<Record<string, string>>()) {
    if (type === "message") console.log(`${nickname}: ${message}`);
    else console.log(`${nickname} ${type === "user_joined" ? "joined" : "left"}`);
  }
}
