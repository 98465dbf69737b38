/** No second truth: what a test sees in memory is what a client sees over a port, word for word. */

import { App, type AppOptions } from "antiphon";
import { type ConnectOptions, connect } from "antiphon/client";
import { TestClient } from "antiphon/testing";
import { expect, onTestFinished, test } from "vitest";

function everything(options: AppOptions = {}): App {
  const app = new App({ logger: false, origins: ["https://ours.example"], ...options });
  app.ws("/echo", { subprotocols: ["v1"] }, async (socket) => {
    for await (const message of socket) await socket.send(message);
  });
  app.ws("/reject", (socket) => socket.reject(418, { no: "tea" }, { "x-tea": "none" }));
  app.ws("/throws", () => {
    throw new Error("not for the client");
  });
  app.ws("/forgets", () => {});
  app.ws("/returns", async (socket) => void (await socket.accept({ headers: { "x-hello": "1" } })));
  app.ws("/closes", (socket) => void socket.close(4002, "enough"));
  app.ws("/terminates", async (socket) => {
    await socket.accept();
    socket.terminate();
  });
  app.ws("/fails", async (socket) => {
    await socket.accept();
    throw new Error("not for the client");
  });
  app.ws("/wrong-kind", async (socket) => void (await socket.receiveBytes()));
  app.ws("/wrong-json", async (socket) => void (await socket.receiveJson()));
  app.http.get("/http", (c) => c.text("hello"));
  return app;
}

interface Case {
  readonly path: string;
  readonly options?: ConnectOptions;
  readonly send?: string;
  readonly app?: AppOptions;
}

const cases: [string, Case][] = [
  ["an echo", { path: "/echo", send: "hi" }],
  ["a subprotocol", { path: "/echo", options: { subprotocols: ["v2", "v1"] } }],
  ["no common subprotocol", { path: "/echo", options: { subprotocols: ["v9"] } }],
  [
    "compression",
    { path: "/echo", send: "x".repeat(2000), options: { compression: true }, app: { compression: true } },
  ],
  ["a refusal with a body", { path: "/reject" }],
  ["no route", { path: "/nowhere" }],
  ["a foreign origin", { path: "/echo", options: { headers: { origin: "https://evil.example" } } }],
  ["a plain HTTP route", { path: "/http" }],
  ["a handler that throws first", { path: "/throws" }],
  ["a handler that forgets to answer", { path: "/forgets" }],
  ["a handler that returns", { path: "/returns" }],
  ["a close", { path: "/closes" }],
  ["a termination", { path: "/terminates" }],
  ["a handler that throws", { path: "/fails" }],
  ["the wrong kind of message", { path: "/wrong-kind", send: "text" }],
  ["no JSON", { path: "/wrong-json", send: "{" }],
  ["too large a message", { path: "/echo", send: "x".repeat(3000), app: { limits: { messageSize: 1000 } } }],
  ["a head that is too large", { path: "/echo", options: { headers: { "x-long": "y".repeat(20_000) } } }],
];

test.each(cases)("%s", async (_, scene) => {
  const app = everything(scene.app);
  onTestFinished(() => app.close({ timeout: 0 }));
  const { url } = await app.listen({ port: 0, signals: false });
  const client = new TestClient(everything(scene.app), { handlerErrors: "ignore" });
  onTestFinished(() => client.close());

  const overPort = await visit((path, options) => connect(`${url.replace("http", "ws")}${path}`, options), scene);
  const inMemory = await visit((path, options) => client.connect(String(path), options), scene);

  expect(inMemory).toEqual(overPort);
});

/** All that a client can tell of a connection. */
async function visit(open: typeof connect, { path, options = {}, send }: Case) {
  try {
    const socket = await open(path, { timeout: 2000, ...options });
    const protocol = socket.protocol;
    const headers = seen(socket.headers!);
    let answer: unknown;
    if (send !== undefined) {
      await socket.sendText(send);
      answer = await socket.receive({ timeout: 2000 }).catch(({ name, message, code }) => ({ name, message, code }));
      await socket.close();
    }
    if (path === "/echo" && send === undefined) await socket.close(3000, "bye");
    return { protocol, headers, answer, closed: await socket.closed };
  } catch (error) {
    const { name, code, status, headers, body, message } = error as Record<string, unknown>;
    return { name, code, status, body, headers: headers && seen(headers as Headers), message: withoutPlace(message) };
  }
}

/** Without what differs from one handshake to the next. */
function seen(headers: Headers): Record<string, string> {
  const { date, "sec-websocket-accept": accept, ...rest } = Object.fromEntries(headers);
  return rest;
}

function withoutPlace(message: unknown): string {
  return String(message).replace(/(?:127\.0\.0\.1|localhost)(?::\d+)?/g, "host");
}
