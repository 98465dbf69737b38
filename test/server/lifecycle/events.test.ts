/** Rule 6: events come one at a time, in order, `open` first, `close` once and last; what one throws closes with 1011. */

import { describe, expect, test } from "vitest";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawAnswer, rawOpen } from "../../support/raw-tcp.ts";
import { turns } from "../../support/run.ts";

describe("events style", () => {
  test("accepts after the middleware and before open, with the route's subprotocol", async () => {
    const { app } = testApp();
    const order: string[] = [];
    app.use(async (socket, next) => {
      order.push(`middleware: ${socket.state}`);
      await next();
    });
    app.ws(
      "/ws",
      { subprotocols: ["b"] },
      {
        upgrade: (socket) => void order.push(`upgrade: ${socket.state}`),
        open: (socket) => void order.push(`open: ${socket.state} ${socket.protocol}`),
      },
    );

    const answer = await rawAnswer(await listenAnywhere(app), { extra: ["Sec-WebSocket-Protocol: a, b"] });

    expect(answer.headers.get("sec-websocket-protocol")).toBe("b");
    expect(order).toEqual(["middleware: connecting", "upgrade: connecting", "open: open b"]);
  });

  test("text and bytes come as what they are, in order, and close is told code and reason", async () => {
    const { app } = testApp();
    const order: unknown[] = [];
    const closed = deferred<void>();
    app.ws("/ws/:id<int>", {
      open: (socket) => void order.push(socket.params.id),
      message: (_socket, message) => void order.push(message),
      close: (_socket, info) => {
        order.push(info);
        closed.resolve();
      },
    });
    const client = await rawOpen(await listenAnywhere(app), "/ws/7");

    client.say("a");
    client.frame(0x2, Uint8Array.of(1, 2));
    client.say("");
    client.close(4000, "off");
    await closed.promise;

    expect(order).toEqual([7, "a", Uint8Array.of(1, 2), "", { code: 4000, reason: "off", wasClean: true }]);
  });

  test("the connection stays when open has returned; without message, messages are thrown away", async () => {
    const { app, heard } = testApp({ limits: { receiveMessages: 2 } });
    app.ws("/ws", { open: (socket) => socket.send("hello") });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toBe("hello");
    for (let i = 0; i < 10; i++) client.say(`${i}`);
    client.frame(0x9, "ping");
    expect(await client.next()).toMatchObject({ opcode: 0xa });
    expect(heard.all("messageReceived")).toHaveLength(10);
    expect(heard.all("backpressure")).toEqual([]);
  });
});

describe("a callback that returns a promise", () => {
  test("holds the next event back: open, then each message, then close", async () => {
    const { app, heard } = testApp();
    const order: string[] = [];
    const closed = deferred<void>();
    const slowly = async (name: string) => {
      order.push(`${name} begins`);
      await turns(3);
      order.push(`${name} ends`);
    };
    app.ws("/ws", {
      open: () => slowly("open"),
      message: (_socket, message) => slowly(String(message)),
      close: async () => {
        await slowly("close");
        closed.resolve();
      },
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("a");
    client.say("b");
    client.close(1000);
    await closed.promise;
    await app.close();

    const names = ["open", "a", "b", "close"];
    expect(order).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(heard.errors).toEqual([]);
  });

  test("what waits counts in the receive queue, and pauses reading when that is full", async () => {
    const { app, heard } = testApp({ limits: { receiveMessages: 2 } });
    const goOn = deferred<void>();
    const got: unknown[] = [];
    app.ws("/ws", {
      message: async (_socket, message) => {
        await goOn.promise;
        got.push(message);
      },
    });
    const client = await rawOpen(await listenAnywhere(app));

    for (const text of ["a", "b", "c", "d", "e"]) client.say(text);
    expect(await heard.once("backpressure")).toMatchObject({ direction: "receive", state: "full", messages: 2 });
    expect(heard.all("messageReceived")).toHaveLength(3);
    goOn.resolve();
    await heard.once("messageReceived", 4);
    client.close(1000);
    await heard.once("connectionClosed");
    await app.close();
    expect(got).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("the middleware's next() waits for close", async () => {
    const { app } = testApp();
    const order: string[] = [];
    app.use(async (_socket, next) => {
      const { code } = await next();
      order.push(`next ${code}`);
    });
    app.ws("/ws", {
      close: async () => {
        await turns(3);
        order.push("close");
      },
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.close(4000);
    await client.rest();
    await app.close();

    expect(order).toEqual(["close", "next 4000"]);
  });
});

describe("the event drain", () => {
  test("comes when there is room again, one at a time with the others", async () => {
    const { app } = testApp();
    const order: string[] = [];
    const closed = deferred<void>();
    app.ws("/ws", {
      message: async (socket) => {
        order.push("message begins");
        // Held back by what the client does not read yet.
        await socket.send("x".repeat(4 * 1024 * 1024));
        await turns(5);
        order.push("message ends");
      },
      drain: async (socket) => {
        order.push(`drain begins: ${socket.bufferedAmount < 65_536}`);
        await turns(5);
        order.push("drain ends");
        await socket.close(1000);
      },
      close: () => {
        order.push("close");
        closed.resolve();
      },
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("go");
    await client.nextFrame();
    client.close(1000);
    await closed.promise;

    const [first, second, third, ...rest] = order;
    expect([first, second, third]).toEqual(["message begins", "message ends", "drain begins: true"]);
    expect(rest).toEqual(["drain ends", "close"]);
  });
});
