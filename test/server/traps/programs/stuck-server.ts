/** A server whose handlers never end, for the tests of signals. Its argument: the milliseconds that it may drain. */

import { App } from "../../../../src/index.ts";

const app = new App({
  logger: false,
  observer: { closed: ({ terminated }) => console.log(`terminated ${terminated}`) },
});
app.ws("/waits", async (socket) => {
  await socket.accept();
  await new Promise(() => {});
});
app.ws("/pushes", async (socket) => {
  await socket.accept();
  for (;;) {
    await socket.sendText("tick").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});
app.ws("/polite", async (socket) => {
  for await (const text of socket.iterText()) await socket.sendText(text);
});
app.ws("/events", { open: () => new Promise(() => {}), close: () => new Promise(() => {}) });
app.use("/undecided", () => new Promise(() => {}));
app.ws("/undecided", () => {});
app.onDrain(() => (process.argv[3] === "stuck-hook" ? new Promise(() => {}) : undefined));
const { port } = await app.listen({ port: 0, signals: { timeout: Number(process.argv[2]) } });
console.log(port);
