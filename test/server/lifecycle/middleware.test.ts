/** Middleware: what becomes of a connection that it lets through, decides on, or forgets; and the onion that it makes. */

import { describe, expect, test } from "vitest";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawAnswer, rawOpen } from "../../support/raw-tcp.ts";

describe("middleware returns without next(), accept or reject", () => {
  test("403, and the log says who", async () => {
    const { app, heard } = testApp();
    app.use(async () => {});
    app.ws("/ws", () => expect.unreachable("the handler runs"));

    expect(await rawAnswer(await listenAnywhere(app))).toMatchObject({ status: 403, body: "403 Forbidden\n" });
    const reason =
      "the middleware returned without accepting the socket (socket.open is false until accept, or the first send, receive or join)";
    expect(await heard.once("connectionRejected")).toMatchObject({ status: 403, reason });
    expect(heard.errors).toEqual([]);
  });

  test("if it had accepted, close 1000", async () => {
    const { app, heard } = testApp();
    app.use(async (socket) => {
      await socket.send("from the middleware");
    });
    app.ws("/ws", () => expect.unreachable("the handler runs"));
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toBe("from the middleware");
    expect(await client.next()).toEqual({ code: 1000, reason: "" });
    client.close(1000);
    await app.close();
    expect(heard.errors).toEqual([]);
  });

  test("if it had rejected, that answer", async () => {
    const { app } = testApp();
    app.use((socket) => socket.reject(418, "tea"));
    app.ws("/ws", () => expect.unreachable("the handler runs"));

    expect(await rawAnswer(await listenAnywhere(app))).toMatchObject({ status: 418, body: "tea" });
  });
});

describe("the onion", () => {
  test("middleware runs in the order of registration, also for earlier routes, and unwinds the other way", async () => {
    const { app } = testApp();
    const order: string[] = [];
    const layer = (name: string) => async (_socket: unknown, next: () => Promise<unknown>) => {
      order.push(`${name} in`);
      await next();
      order.push(`${name} out`);
    };
    app.use(layer("all"));
    app.ws("/ws/:id", async (socket) => {
      await socket.accept();
      order.push("handler");
    });
    app.use("/ws/*", layer("below /ws"));
    app.use("/other/*", layer("other"));
    app.use("/ws/:id", layer("exact"));
    const client = await rawOpen(await listenAnywhere(app), "/ws/1");
    client.close(1000);
    await app.close();

    const inwards = ["all in", "below /ws in", "exact in", "handler"];
    expect(order).toEqual([...inwards, "exact out", "below /ws out", "all out"]);
  });

  test("code behind next() runs when handler and connection have both ended", async () => {
    const { app } = testApp();
    const order: string[] = [];
    app.use(async (socket, next) => {
      await next();
      order.push(`next resolved, ${socket.state}`);
    });
    app.ws("/ws", async (socket) => {
      await socket.accept();
      order.push("handler returns");
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toMatchObject({ code: 1000 });
    // The client has not answered yet.
    expect(order).toEqual(["handler returns"]);
    client.close(1000);
    await app.close();
    expect(order).toEqual(["handler returns", "next resolved, closed"]);
  });

  test("what a middleware put into socket.data is there for the handler", async () => {
    const { app } = testApp<{ user: string }>();
    app.use(async (socket, next) => {
      expect(socket.data).toEqual({});
      socket.data.user = socket.query.get("user") ?? "";
      await next();
    });
    app.ws("/ws", (socket) => socket.send(`hello ${socket.data.user.toUpperCase()}`));
    const client = await rawOpen(await listenAnywhere(app), "/ws?user=ann");

    expect(await client.next()).toBe("hello ANN");
  });

  test("a middleware may speak before it lets the socket through", async () => {
    const { app } = testApp();
    app.use(async (socket, next) => {
      await socket.send("name?");
      socket.data["name"] = await socket.receiveText();
      await next();
    });
    app.ws("/ws", (socket) => socket.send(`hello ${socket.data["name"]}`));
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toBe("name?");
    client.say("bob");
    expect(await client.next()).toBe("hello bob");
  });

  test("a path with a star is that path and all below it; the params are the route's", async () => {
    const { app } = testApp();
    const seen: unknown[] = [];
    app.use("/chat/*", async (socket, next) => {
      seen.push([socket.route, { ...socket.params }]);
      await next();
    });
    for (const path of ["/chat", "/chat/:room", "/chatter"]) app.ws(path, (socket) => socket.accept());
    const port = await listenAnywhere(app);

    for (const target of ["/chat", "/chat/a%20b", "/chatter"]) await rawOpen(port, target);

    expect(seen).toEqual([
      ["/chat", {}],
      ["/chat/:room", { room: "a b" }],
    ]);
  });
});

test("a converter that throws for the path of a middleware is a 500, reported once, and no end of the process", async () => {
  const { app, heard } = testApp();
  const parse = () => {
    throw new Error("of the converter");
  };
  app.converter("broken" as string, { parse, format: String });
  app.ws("/ws/:any", (socket) => socket.accept());
  app.use("/ws/:id<broken>", (_socket, next) => next());

  expect(await rawAnswer(await listenAnywhere(app), "/ws/1")).toMatchObject({ status: 500 });
  await app.close();
  expect(heard.errors).toEqual([{ where: "hook", message: "of the converter" }]);
});
