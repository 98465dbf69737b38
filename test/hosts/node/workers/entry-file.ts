/** The entry file that primaries and workers of the tests run: an app with rooms, and what its arguments say. */

import cluster from "node:cluster";
import { App, type ListenOptions } from "../../../../src/index.ts";

const { exitBefore, options = {} } = JSON.parse(process.argv[2] ?? "{}") as {
  /** A worker ends with this code before it listens. */
  readonly exitBefore?: number;
  readonly options?: ListenOptions;
};

const say = (what: string, value: unknown) => process.stdout.write(`${JSON.stringify([what, value])}\n`);
const role = cluster.isPrimary ? "primary" : "worker";

const app = new App({
  logger: false,
  observer: {
    listening: ({ url }) => say(`${role} listening`, url),
    warning: ({ message }) => say("warning", message),
    error: ({ error }) => say("error", String(error)),
  },
});
app.http.get("/pid", (c) => c.text(String(process.pid)));
app.ws("/room/:name", {
  open(socket) {
    socket.join(socket.params.name, { info: process.pid });
    socket.sendJson({ pid: process.pid });
  },
  async message(socket, text) {
    const room = app.room(socket.params.name);
    if (text === "who") return socket.sendJson({ who: (await room.who()).map(({ info }) => info) });
    if (text === "exit") process.exit(3);
    if (text === "block") for (;;) Math.random();
    if (text === "ready") return void socket.sendJson({ ready: app.ready, sockets: app.sockets.size });
    room.send(text);
  },
});
app.onDrain(() => say(`${role} drains`, process.pid));

if (cluster.isPrimary) {
  app.room("watched").onJoin(({ info }) => say("joined", info));
  app.room("watched").onLeave(({ info }) => say("left", info));
  process.on("SIGUSR2", () => app.room("a").sendText("from the primary"));
  process.on("SIGHUP", () => void app.close({ timeout: 2_000 }).then(() => say("closed", listening?.workers)));
} else if (exitBefore !== undefined) process.exit(exitBefore);

let listening: Awaited<ReturnType<typeof app.listen>> | undefined;
try {
  listening = await listen({ workers: 2, ...options });
} catch (error) {
  const { name, code, message } = error as Error & { code: string };
  say(`${role} failed`, { name, code, message });
  if (code !== "PORT_IN_USE") process.exit(1);
  listening = await listen({ workers: 2 });
}
if (cluster.isPrimary) {
  const { url, port, workers } = listening;
  say("up", { url, port, workers, ready: app.ready, sockets: app.sockets.size, broker: app.broker.state });
}

function listen(how: ListenOptions) {
  return app.listen({ ...how, ...("path" in how || "port" in how || "fd" in how ? {} : { port: 0 }) });
}
