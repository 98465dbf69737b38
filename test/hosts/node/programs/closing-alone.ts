/** An app whose handler waits for something that keeps no process, and whose client has left: `close` ends at its deadline. */

import { TestClient } from "antiphon/testing";
import { App } from "../../../../src/index.ts";

const app = new App({ logger: false });
app.ws("/", async (socket) => {
  await socket.accept();
  await new Promise(() => {});
});
const client = new TestClient(app, { leftovers: false, timeout: 100 });
const socket = await client.connect("/");
await socket.close();
await app.close({ timeout: 200 });
console.log("closed");
