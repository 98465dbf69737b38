/** The server examples of kn-sock, Responder, QakeAPI and BlackSheep in their ports: talked to through the test kit, without a port. */

import { type App, HandshakeError } from "antiphon";
import { TestClient } from "antiphon/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { app as accept } from "../../examples/ported/blacksheep/accept.ts";
import { app as blacksheepChat } from "../../examples/ported/blacksheep/chat/server.ts";
import { app as disconnect } from "../../examples/ported/blacksheep/disconnect.ts";
import { app as blacksheepEcho } from "../../examples/ported/blacksheep/echo.ts";
import { app as route } from "../../examples/ported/blacksheep/route.ts";
import { app as asyncServer } from "../../examples/ported/kn-sock/async-server.ts";
import { app as chatServer } from "../../examples/ported/kn-sock/chat-server.ts";
import { app as basic } from "../../examples/ported/qakeapi/basic.ts";
import { app as broadcasting } from "../../examples/ported/qakeapi/broadcasting.ts";
import { app as qakeapiChat } from "../../examples/ported/qakeapi/chat.ts";
import { app as errors } from "../../examples/ported/qakeapi/errors.ts";
import { app as liveUpdates } from "../../examples/ported/qakeapi/live-updates.ts";
import { app as notifications } from "../../examples/ported/qakeapi/notifications.ts";
import { app as pathParameters } from "../../examples/ported/qakeapi/path-parameters.ts";
import { app as receiving } from "../../examples/ported/qakeapi/receiving.ts";
import { app as rooms } from "../../examples/ported/qakeapi/rooms.ts";
import { app as sending } from "../../examples/ported/qakeapi/sending.ts";
import { app as status } from "../../examples/ported/qakeapi/status.ts";
import { app as beforeRequest } from "../../examples/ported/responder/before-request.ts";
import { app as responderChat } from "../../examples/ported/responder/chat.ts";
import { app as dataFormats } from "../../examples/ported/responder/data-formats.ts";
import { app as responderEcho } from "../../examples/ported/responder/echo.ts";
import { app as lifecycle } from "../../examples/ported/responder/lifecycle.ts";
import { app as websocketChat } from "../../examples/ported/responder/websocket-chat.ts";

// What waits by itself does so in a hundredth of the time: a second is 10 ms.
vi.mock("node:timers/promises", async (original) => {
  const timers = await original<typeof import("node:timers/promises")>();
  const setTimeout: typeof timers.setTimeout = (delay = 0, ...rest) => timers.setTimeout(delay / 100, ...rest);
  return { ...timers, setTimeout };
});

/** What the examples print; what the log calls an error or a warning. */
let printed: unknown[][];
let complaints: unknown[];
/** Whether this test makes an example fail on purpose. */
let mayFail: boolean;
let clients: TestClient[];

beforeEach(() => {
  [printed, complaints, mayFail, clients] = [[], [], false, []];
  vi.spyOn(console, "info").mockReturnValue();
  vi.spyOn(console, "log").mockImplementation((...words) => void printed.push(words));
  for (const level of ["warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void complaints.push(line));
  }
});
afterEach(async () => {
  // Fails the test for what an example has left over.
  await Promise.all(clients.map((client) => client.close())).finally(vi.restoreAllMocks);
  if (!mayFail) expect(complaints).toEqual([]);
});

describe("Responder's", () => {
  it("echo answers, also to an empty message", async () => {
    const socket = await open(responderEcho).connect("/ws");

    for (const text of ["hello", "", "grüß Gott"]) {
      await socket.sendText(text);
      await socket.expectText(`Echo: ${text}`);
    }
  });

  it("chat room tells everybody, and goes on when one has left", async () => {
    const client = open(responderChat);
    const [ada, bo] = await both(client, "/chat");

    await ada.sendText("hello");
    await bo.expectText("hello");
    await ada.expectText("hello");
    await ada.close();
    await bo.sendText("alone");

    await bo.expectText("alone");
    const page = await client.http("/");
    expect(await page.text()).toContain("new WebSocket(");
  });

  it("data formats go both ways", async () => {
    const socket = await open(dataFormats).connect("/formats");

    await socket.expectText("hello");
    await socket.sendText("hi");
    await socket.expectJson({ type: "update", data: [1, 2, 3] });
    await socket.sendJson({ ok: true });
    await socket.expectBytes([0, 1, 2]);
    await socket.sendBytes(new Uint8Array([3, 4]));

    await socket.expectJson({ text: "hi", value: { ok: true }, bytes: [3, 4] });
    await socket.expectClose({ code: 1000 });
  });

  it("data formats end with 1003 where the kind is wrong", async () => {
    mayFail = true;
    const client = open(dataFormats, { handlerErrors: "ignore" });
    const socket = await client.connect("/formats");

    await socket.expectText("hello");
    await socket.sendBytes(new Uint8Array([1]));

    await socket.expectClose({ code: 1003 });
  });

  it("before-request hook lets in who has a token, and tells others why not", async () => {
    const client = open(beforeRequest);

    const socket = await client.connect("/ws", { query: { token: "let-me-in" } });
    await socket.expectText("Hello, Ada");
    await socket.expectClose({ code: 1000 });

    const refusal = await refusalOf(client.connect("/ws", { query: { token: "stolen" } }));
    expect(refusal.status).toBe(401);
    expect(JSON.parse(refusal.body!)).toEqual({ error: "a valid token, please: /ws?token=…" });
  });

  it("lifecycle has four states, whoever closes", async () => {
    const client = open(lifecycle);

    const leaving = await client.connect("/ws");
    await leaving.sendText("hello");
    await leaving.expectText("Got: hello");
    await leaving.close(1000, "enough");
    const told = await client.connect("/ws");
    await told.sendText("bye");
    await told.expectText("Got: bye");
    await told.expectClose({ code: 1000, reason: "goodbye" });

    await vi.waitFor(() => expect(printed).toHaveLength(7));
    expect(printed).toEqual([
      ["connecting"],
      ["open"],
      ["closed", 1000, "enough", true],
      ["connecting"],
      ["open"],
      ["closing"],
      ["closed", 1000, "", true], // The client's answer has no reason.
    ]);
  });

  it("websocket_chat says who comes, talks and goes, and has its page on the same path", async () => {
    const client = open(websocketChat);
    const ada = await client.connect("/chat", { query: { name: "Ada" } });
    await ada.expectText("Ada joined");
    const bo = await client.connect("/chat", { query: { name: "Bo" } });
    await ada.expectText("Bo joined");

    await bo.sendText("hello");
    await ada.expectText("Bo: hello");
    await bo.close();
    await ada.expectText("Bo left");

    expect(await refusalOf(client.connect("/chat"))).toMatchObject({ status: 400 });
    expect(await (await client.http("/chat")).text()).toContain("<title>Chat</title>");
  });
});

describe("QakeAPI's", () => {
  it("basic example greets, and echoes JSON", async () => {
    const socket = await open(basic).connect("/ws");

    await socket.expectJson({ message: "Connected" });
    await socket.sendJson({ n: 1 });

    await socket.expectJson({ echo: { n: 1 } });
  });

  it("path parameter is the room", async () => {
    const socket = await open(pathParameters).connect("/ws/caf%C3%A9");

    await socket.expectJson({ message: "Welcome to café!" });
    await socket.sendJson("hello");

    await socket.expectJson({ room: "café", message: "hello" });
  });

  it("sending has three kinds, and ends with 1000", async () => {
    const socket = await open(sending).connect("/ws");

    await socket.expectJson({ type: "welcome", message: "Hello" });
    await socket.expectText("Text message");
    await socket.expectBytes(new TextEncoder().encode("Binary data"));
    await socket.expectClose({ code: 1000 });
  });

  it("receiving has three kinds, and both of them on one socket", async () => {
    const client = open(receiving);
    const [json, text, bytes, any] = await Promise.all(
      ["json", "text", "bytes", "any"].map((kind) => client.connect(`/ws/${kind}`)),
    );

    await json!.sendJson([1]);
    await json!.expectJson({ echo: [1] });
    await text!.sendText("one");
    await text!.expectText("Echo: one");
    await bytes!.sendBytes(new Uint8Array([1]));
    await bytes!.expectBytes([1]);
    await any!.sendText("two");
    await any!.expectText("Echo: two");
    await any!.sendBytes(new Uint8Array([2]));
    await any!.expectBytes([2]);
  });

  it("error handling tells what a client may know, and goes on", async () => {
    const socket = await open(errors).connect("/ws");

    await socket.sendText("{");
    expect(Object.keys(await socket.expectJson<object>())).toEqual(["error"]);
    await socket.sendJson({ quantity: 0 });
    await socket.expectJson({ error: "quantity must be more than 0" });
    await socket.sendJson({ quantity: 1 });

    await socket.expectJson({ status: "ok" });
  });

  it("error handling keeps all else to itself: 1011, and a line for us", async () => {
    mayFail = true;
    const client = open(errors, { handlerErrors: "ignore" });
    const socket = await client.connect("/ws");

    await socket.sendJson(null);

    await socket.expectClose({ code: 1011, reason: "" });
    expect(complaints).toEqual([expect.stringContaining("handler of /ws: TypeError")]);
  });

  it("broadcasting reaches everybody, also after one has left", async () => {
    const client = open(broadcasting);
    const [ada, bo] = await both(client, "/ws");
    const gone = await client.connect("/ws");
    await gone.close();

    await ada.sendJson({ n: 1 });

    await ada.expectJson({ n: 1 });
    await bo.expectJson({ n: 1 });
  });

  it("rooms are told by others, and know nothing of each other", async () => {
    const client = open(rooms);
    const [ada, bo] = await both(client, "/ws/one");
    const elsewhere = await client.connect("/ws/two");

    await ada.sendJson("from ada");
    await elsewhere.sendJson("from elsewhere");
    await bo.expectJson("from ada");
    await bo.sendJson("from bo");

    await ada.expectJson("from bo"); // And nothing before it: not its own.
  });

  it("connection status is there", async () => {
    const client = open(status);
    const socket = await client.connect("/ws");

    await socket.expectJson({ status: "open" });
    await client.close();

    expect(printed).toEqual([["closed"]]);
  });

  it("notifications find all sockets of a user, and nobody else; a name is no user id", async () => {
    const client = open(notifications);
    const [desk, phone] = await both(client, "/ws/notifications/7");
    const other = await client.connect("/ws/notifications/8");

    const notify = (user: number, body: object) =>
      client.http(`/notifications/${user}`, { method: "POST", body: JSON.stringify(body) });
    expect(await notify(7, { text: "for 7" })).toMatchObject({ status: 202 });
    await notify(8, { text: "for 8" });

    await desk.expectJson({ text: "for 7" });
    await phone.expectJson({ text: "for 7" });
    await other.expectJson({ text: "for 8" });
    expect(await refusalOf(client.connect("/ws/notifications/ada"))).toMatchObject({ status: 404 });
  });

  it("live updates come every second, until the client leaves", async () => {
    const client = open(liveUpdates);
    const socket = await client.connect("/ws/updates");

    const [first, second] = [await socket.expectJson<{ at: number }>(), await socket.expectJson<{ at: number }>()];
    await socket.close();
    await client.close(); // Waits for the handler, which must not wait a second more.

    expect(second.at - first.at).toBeGreaterThanOrEqual(9);
    expect(second).toEqual({ at: expect.any(Number), memory: expect.any(Number) });
  });

  it("chat keeps what was said for whoever comes later", async () => {
    const client = open(qakeapiChat);
    const ada = await client.connect("/ws/chat/lobby");
    await ada.sendJson({ text: "first" });
    await ada.expectJson({ text: "first" });

    const bo = await client.connect("/ws/chat/lobby");

    await bo.expectJson({ text: "first" });
  });
});

describe("BlackSheep's", () => {
  it("routes take a function in place, or by name", async () => {
    const client = open(route);

    await (await client.connect("/ws/7f")).expectText("Hello, 7f");
    await (await client.connect("/ws/by-name/7f")).expectText("Hello again, 7f");
  });

  it("accept sends a header and a subprotocol that was offered", async () => {
    const client = open(accept);

    const socket = await client.connect("/ws", { subprotocols: ["other", "custom-protocol"] });
    const without = await client.connect("/ws");

    expect(socket.protocol).toBe("custom-protocol");
    expect(socket.headers?.get("x-custom-header")).toBe("custom-value");
    await socket.expectText("We speak custom-protocol.");
    await without.expectText("We speak no subprotocol.");
  });

  it("echoes are for text, bytes, and JSON in either", async () => {
    const client = open(blacksheepEcho);
    const [text, bytes, json, inBytes] = await Promise.all(
      ["text", "bytes", "json", "json-in-bytes"].map((kind) => client.connect(`/${kind}`)),
    );

    await text!.sendText("Hello world!");
    await text!.expectText("Hello world!");
    await bytes!.sendBytes(new TextEncoder().encode("Hello world"));
    await bytes!.expectBytes(new TextEncoder().encode("Hello world"));
    await json!.sendJson({ msg: "Hello world!" });
    await json!.expectJson({ msg: "Hello world!" });
    await inBytes!.sendJson({ msg: "Hello world!" }, { mode: "binary" });

    await inBytes!.expectBytes(new TextEncoder().encode('{"msg":"Hello world!"}'));
  });

  it("echo of JSON tells a client that sends none nothing but 1007", async () => {
    mayFail = true;
    const socket = await open(blacksheepEcho, { handlerErrors: "ignore" }).connect("/json");

    await socket.sendText("{");

    await socket.expectClose({ code: 1007, reason: "" });
  });

  it("disconnect is told with its code and reason", async () => {
    const client = open(disconnect);
    const socket = await client.connect("/ws");
    await socket.sendText("hello");
    await socket.expectText("hello");

    await socket.close(4000, "lunch");
    await client.close();

    expect(printed).toEqual([["gone:", 4000, "lunch", true]]);
  });

  it("chat greets, and tells of whoever leaves", async () => {
    const client = open(blacksheepChat);
    const paths = ["11111111", "22222222"].map((start) => `/ws/${start}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`);
    const [ada, bo] = [await client.connect(paths[0]!), await client.connect(paths[1]!)];
    const timestamp = expect.any(Number);

    expect(await ada.expectJson()).toEqual({ author: "server", text: "22222222 joined", timestamp });
    await bo.sendText("hello");
    expect(await bo.expectJson()).toEqual({ author: "22222222", text: "hello", timestamp });
    expect(await ada.expectJson()).toEqual({ author: "22222222", text: "hello", timestamp });
    await bo.close();
    expect(await ada.expectJson()).toEqual({ author: "server", text: "22222222 left", timestamp });

    expect((await client.http("/", { redirect: "manual" })).headers.get("location")).toBe("/app/");
    expect(await (await client.http("/app/")).text()).toContain("chat.js");
    expect(await refusalOf(client.connect("/ws/ada"))).toMatchObject({ status: 404 });
  });
});

describe("kn-sock's", () => {
  it("async server knows the path, and answers by what the message begins with", async () => {
    const socket = await open(asyncServer).connect("/some/where");

    for (const [text, answer] of [
      ["ping", "pong"],
      ["echo Hello", "Echo: Hello"],
      ["async message", "Processed: async message"],
    ] as const) {
      await socket.sendText(text);
      await socket.expectText(answer);
    }
    expect(printed).toEqual([["connected: /some/where"]]);
  });

  it("chat with rooms tells who joins, talks and leaves, without a goodbye, too", async () => {
    const client = open(chatServer);
    const join = async (nickname: string) => {
      const socket = await client.connect("/");
      await socket.sendJson({ type: "join", room: "lobby", nickname });
      return socket;
    };
    const ada = await join("Ada");
    await ada.sendJson({ type: "message", message: "anybody?" });
    await ada.expectJson({ type: "message", nickname: "Ada", message: "anybody?" });
    const bo = await join("Bo");
    await ada.expectJson({ type: "user_joined", nickname: "Bo" });

    await bo.sendJson({ type: "message", message: "me" });
    await bo.expectJson({ type: "message", nickname: "Bo", message: "me" });
    await ada.expectJson({ type: "message", nickname: "Bo", message: "me" });
    bo.terminate();

    await ada.expectJson({ type: "user_left", nickname: "Bo" });
    const rude = await client.connect("/");
    await rude.sendJson({ type: "message", message: "hello" });
    await rude.expectClose({ code: 1008, reason: "join a room first" });
  });
});

/** A client that is closed behind the test. */
function open<Data>(app: App<Data>, options?: ConstructorParameters<typeof TestClient>[1]): TestClient {
  const client = new TestClient(app as unknown as App, options);
  clients.push(client);
  // The expectations of the kit throw as well, but Vitest counts only its own.
  expect(client.sockets.size).toBe(0);
  return client;
}

/** Two sockets of which the server knows: each was answered, or told something. */
async function both(client: TestClient, path: string) {
  return [await client.connect(path), await client.connect(path)] as const;
}

async function refusalOf(connecting: Promise<unknown>): Promise<HandshakeError> {
  const error = await connecting.then(() => undefined).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(HandshakeError);
  return error as HandshakeError;
}
