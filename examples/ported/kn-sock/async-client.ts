/** kn-sock, WebSocket Protocol, "Async WebSocket Client": here `await using` works, and `reconnect: true` would keep it connected. */

import { setTimeout } from "node:timers/promises";
import { connect } from "antiphon/client";

const [url = "ws://localhost:8765"] = process.argv.slice(2);

await using socket = await connect(url);

for (const text of ["ping", "echo Hello", "async message"]) {
  await socket.sendText(text);
  console.log("answer:", await socket.receiveText());
  await setTimeout(100);
}
