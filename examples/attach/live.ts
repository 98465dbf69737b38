/** The app that the examples of attaching share: an echo, for whatever server it stands beside. */

import { App } from "antiphon";

export const live = new App();

live.ws("/echo/:name", async (socket) => {
  for await (const text of socket.iterText()) await socket.sendText(`${socket.params.name}: ${text}`);
});
