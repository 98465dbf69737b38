/** BlackSheep, "Handling client disconnect": here the error has the reason as well as the code, and may as well not be caught. */

import { App, DisconnectError } from "antiphon";

export const app = new App();

app.ws("/ws", async (socket) => {
  try {
    for (;;) await socket.sendText(await socket.receiveText());
  } catch (error) {
    if (!(error instanceof DisconnectError)) throw error;
    console.log("gone:", error.code, error.reason, error.wasClean);
  }
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
