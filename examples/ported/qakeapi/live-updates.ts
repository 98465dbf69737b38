/** QakeAPI, "Live Updates": here a push loop ends with its client, not at the first send that fails. */

import { setTimeout } from "node:timers/promises";
import { App } from "antiphon";

export const app = new App();

app.ws("/ws/updates", async (socket) => {
  await socket.accept();
  socket.ignoreMessages();
  while (socket.open) {
    await socket.sendJson({ at: Date.now(), memory: process.memoryUsage.rss() });
    await setTimeout(1000, undefined, { signal: socket.signal });
  }
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
