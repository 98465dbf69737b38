/** What a test says and hears through the test kit: the same as a real client, without a port. */

import { App, HandshakeError } from "antiphon";
import { TestClient, type TestClientOptions } from "antiphon/testing";
import { describe, expect, onTestFinished, test } from "vitest";

/** An app of one route that tells what it was asked. */
function tell(options: TestClientOptions = {}) {
  const app = new App({ logger: false });
  app.ws("/tell", { subprotocols: ["v2", "v1"], origins: "*" }, async (socket) => {
    await socket.accept();
    const { headers, cookies, query, protocols, protocol, remoteAddress, request } = socket;
    await socket.sendJson({
      headers: Object.fromEntries(headers),
      cookies: Object.fromEntries(cookies),
      query: Object.fromEntries(query),
      protocols,
      protocol,
      remoteAddress,
      url: request.url,
    });
  });
  return clientOf(app, options);
}

function clientOf(app: App, options: TestClientOptions = {}): TestClient {
  const client = new TestClient(app, options);
  onTestFinished(() => client.close());
  return client;
}

function echo(): App {
  const app = new App({ logger: false });
  app.ws("/ws", async (socket) => {
    for await (const message of socket) await socket.send(message);
  });
  return app;
}

describe("what the app is asked", () => {
  test("headers, cookies, origin and subprotocols", async () => {
    const socket = await tell().connect("/tell", {
      headers: { authorization: "Bearer x", cookie: "a=1" },
      cookies: { session: "s p", theme: "dark" },
      origin: "https://page.example",
      subprotocols: ["v1", "v2"],
    });

    const { headers, ...asked } = await socket.expectJson<Record<string, unknown>>();

    expect(headers).toMatchObject({ authorization: "Bearer x", origin: "https://page.example", host: "localhost" });
    expect(asked).toMatchObject({
      cookies: { a: "1", session: "s p", theme: "dark" },
      protocols: ["v1", "v2"],
      remoteAddress: "127.0.0.1",
    });
    expect(socket.protocol).toBe(asked["protocol"]);
  });

  test.each([
    ["an object", { room: "a b", page: 2 }],
    ["parameters", new URLSearchParams("room=a+b&page=2")],
    ["a string", "room=a%20b&page=2"],
  ])("a query as %s, behind that of the path", async (_, query) => {
    const socket = await tell().connect("/tell?first=1", { query });

    expect(await socket.expectJson()).toMatchObject({ query: { first: "1", room: "a b", page: "2" } });
  });

  test("an address, so that limits by address can be tested", async () => {
    const app = new App({ logger: false, limits: { connectionsPerAddress: 1 } });
    app.ws("/ws", (socket) => socket.sendText(socket.remoteAddress));
    app.ws("/stay", async (socket) => void (await socket.receive()));
    const client = clientOf(app);

    await client.connect("/stay", { address: "203.0.113.7" });

    await expect(client.connect("/ws", { address: "203.0.113.7" })).rejects.toMatchObject({ status: 429 });
    await (await client.connect("/ws", { address: "203.0.113.8" })).expectText("203.0.113.8");
  });

  test("a base: its host, and whether it is encrypted", async () => {
    const socket = await tell({ base: "wss://shop.example" }).connect("/tell");

    expect(await socket.expectJson()).toMatchObject({
      url: expect.stringMatching(/^(?:https|wss):\/\/shop\.example\/tell$/),
      headers: { host: "shop.example" },
    });
  });
});

describe("a refusal", () => {
  test("has status, headers and body, as a real client has them", async () => {
    const app = new App({ logger: false });
    app.ws("/ws", (socket) => socket.reject(403, { error: "not you" }, { "x-why": "test" }));

    const error = await clientOf(app)
      .connect("/ws")
      .catch((error: HandshakeError) => error);

    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ code: "UPGRADE_REFUSED", status: 403, body: '{"error":"not you"}' });
    expect((error as HandshakeError).headers!.get("x-why")).toBe("test");
  });

  test.each([
    ["no route", "/nowhere", {}, 404],
    ["a foreign origin", "/ws", { origin: "https://evil.example" }, 403],
  ])("for %s", async (_, path, options, status) => {
    await expect(clientOf(echo()).connect(path, options)).rejects.toMatchObject({ status });
  });

  test("of a handler that never answers is a timeout, not a hang", async () => {
    const app = new App({ logger: false });
    app.ws(
      "/ws",
      async (socket) => void (await new Promise((resolve) => socket.signal.addEventListener("abort", resolve))),
    );
    const client = clientOf(app, { timeout: 30 });

    await expect(client.connect("/ws")).rejects.toMatchObject({
      name: "TimeoutError",
      message: expect.stringMatching(/connect.*\/ws.*30 ms.*handler of \/ws is still running/s),
    });
  });
});

describe("expecting", () => {
  test("text, by its value or a pattern, gives it", async () => {
    const socket = await clientOf(echo()).connect("/ws");
    await socket.sendText("one");
    await socket.sendText("two");
    await socket.sendText("");

    expect(await socket.expectText("one")).toBe("one");
    expect(await socket.expectText(/^t/)).toBe("two");
    expect(await socket.expectText()).toBe("");
  });

  test("another text fails with both", async () => {
    const socket = await clientOf(echo()).connect("/ws");
    await socket.sendText("one");

    await expect(socket.expectText("two")).rejects.toMatchObject({
      name: "AssertionError",
      actual: "one",
      expected: "two",
    });
  });

  test("bytes, as bytes or numbers", async () => {
    const socket = await clientOf(echo()).connect("/ws");
    for (let times = 0; times < 4; times++) await socket.sendBytes(Uint8Array.of(1, 2, 255));

    await socket.expectBytes();
    await socket.expectBytes([1, 2, 255]);
    expect(await socket.expectBytes(Uint8Array.of(1, 2, 255))).toEqual(Uint8Array.of(1, 2, 255));
    await expect(socket.expectBytes([1, 2, 3])).rejects.toMatchObject({ name: "AssertionError" });
  });

  test("JSON, deeply; another value shows its difference", async () => {
    const socket = await clientOf(echo()).connect("/ws");
    const value = { list: [1, { deep: null }], text: "é" };
    await socket.sendJson(value);
    await socket.sendJson(value);
    await socket.sendJson({ list: "1" });

    expect(await socket.expectJson(value)).toEqual(value);
    const error = await socket.expectJson({ ...value, text: "e" }).catch((error) => error);
    expect(error).toMatchObject({ name: "AssertionError", actual: value, expected: { ...value, text: "e" } });
    // Not loosely: 1 is not "1".
    await expect(socket.expectJson({ list: 1 })).rejects.toMatchObject({ name: "AssertionError" });
  });

  test("the wrong kind of message says so, and shows it", async () => {
    const socket = await clientOf(echo()).connect("/ws");
    await socket.sendBytes(Uint8Array.of(1, 2, 255));
    await socket.sendText("no JSON");

    await expect(socket.expectText("x")).rejects.toThrow(/^expectText on \/ws: expected text, got bytes \(3\)/);
    await expect(socket.expectJson()).rejects.toThrow('expectJson on /ws: expected JSON, got text "no JSON"');
  });

  test("a close, by code and reason", async () => {
    const app = new App({ logger: false });
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await socket.close(4001, "token expired");
    });
    const client = clientOf(app);

    const socket = await client.connect("/ws");
    const info = await socket.expectClose({ code: 4001, reason: /expired$/, wasClean: true });

    expect(info).toEqual({ code: 4001, reason: "token expired", wasClean: true });
    await expect((await client.connect("/ws")).expectClose({ code: 1000 })).rejects.toMatchObject({
      name: "AssertionError",
      message: expect.stringContaining("4001"),
    });
  });

  test("a close shows messages that came before it, unless they are ignored", async () => {
    const app = new App({ logger: false });
    app.ws("/ws", async (socket) => {
      await socket.sendText("unread");
      await socket.close(1000);
    });
    const client = clientOf(app);

    await expect((await client.connect("/ws")).expectClose({ code: 1000 })).rejects.toThrow('"unread"');
    const socket = await client.connect("/ws");
    await socket.expectClose({ code: 1000 }, { ignoreMessages: true });
  });

  test("a close that does not come is a timeout that says the state", async () => {
    const socket = await clientOf(echo(), { timeout: 30 }).connect("/ws");

    await expect(socket.expectClose()).rejects.toThrow(/expectClose on \/ws: .*within 30 ms.*the socket is open/);
  });
});

describe("the HTTP side", () => {
  function withHttp(): App {
    const app = echo();
    app.http.post("/echo", async (c) => c.text(await c.req.text(), 201, { "x-host": c.req.header("host") ?? "" }));
    app.http.get("/who", (c) => c.text("http"));
    return app;
  }

  test("answers as over a port: body, status, headers, 404 and 426", async () => {
    const client = clientOf(withHttp());

    const response = await client.http("/echo", { method: "POST", body: "hello" });

    expect([response.status, await response.text()]).toEqual([201, "hello"]);
    expect(response.headers.get("x-host")).toBe("localhost");
    expect((await client.http("/nowhere")).status).toBe(404);
    expect((await client.http("/ws")).status).toBe(426);
  });

  test("has the request's own headers, and a body of a megabyte", async () => {
    const client = clientOf(withHttp());
    const body = "x".repeat(1024 * 1024);

    const response = await client.http("/echo", { method: "POST", body });

    expect((await response.text()).length).toBe(body.length);
  });

  test("of a handler that never answers is a timeout", async () => {
    const app = new App({ logger: false });
    app.http.get("/slow", () => new Promise<Response>(() => {}));
    const client = new TestClient(app, { timeout: 30, leftovers: false });
    onTestFinished(() => client.close());

    await expect(client.http("/slow")).rejects.toThrow(/GET \/slow|\/slow/);
  });
});

test("closing the client closes its sockets, not the app", async () => {
  const app = echo();
  const client = new TestClient(app);
  const socket = await client.connect("/ws");
  expect(client.sockets.size).toBe(1);

  await client.close();
  await client.close();

  expect(socket.state).toBe("closed");
  expect(app.sockets.size).toBe(0);
  await (await clientOf(app).connect("/ws")).sendText("again");
});

test("`await using` closes, and a closed client says that it is", async () => {
  const app = echo();
  let client: TestClient;
  {
    await using inside = new TestClient(app);
    client = inside;
    await using socket = await inside.connect("/ws");
    await socket.sendText("hi");
    await socket.expectText("hi");
  }

  expect(app.sockets.size).toBe(0);
  await expect(client.connect("/ws")).rejects.toMatchObject({ name: "UsageError" });
});

test.each([
  [{ timeout: -1 }, "timeout"],
  [{ timeout: "1" }, "timeout"],
  [{ tiemout: 5 }, "tiemout"],
  [{ base: "ftp://x" }, "base"],
  [{ clock: {} }, "clock"],
  [{ handlerErrors: "loud" }, "handlerErrors"],
  [{ leftovers: "yes" }, "leftovers"],
  [{ faults: { splt: 1 } }, "splt"],
  [{ faults: { split: 0 } }, "split"],
  [{ faults: { delay: [5, 1] } }, "delay"],
])("an option that cannot be, %j, is named in the error", (options, name) => {
  expect(() => new TestClient(echo(), options as TestClientOptions)).toThrow(
    expect.objectContaining({ name: "UsageError", message: expect.stringContaining(name) }),
  );
});

test.each(["tls", "proxy", "http2"])("the option %s of connect makes no sense in memory, and says so", async (name) => {
  const client = clientOf(echo());

  await expect(client.connect("/ws", { [name]: true } as object)).rejects.toMatchObject({
    name: "UsageError",
    message: expect.stringContaining(name),
  });
});

test("something that is no app is refused at once", () => {
  expect(() => new TestClient({} as App)).toThrow(expect.objectContaining({ name: "UsageError" }));
});
