/** Rules 8 and 10, from the other end of TCP: a handler that does not read, a client that does not, sends that nobody awaits. */

import { describe, expect, test } from "vitest";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawOpen } from "../../support/raw-tcp.ts";

describe("rule 8: a full receive queue", () => {
  test("pauses reading; nothing is lost when the handler reads on", async () => {
    const { app, heard } = testApp({ limits: { receiveMessages: 4 } });
    const goOn = deferred<void>();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await goOn.promise;
      for await (const text of socket.iterText()) await socket.send(text);
    });
    const client = await rawOpen(await listenAnywhere(app));

    for (let i = 0; i < 20; i++) client.say(`${i}`);
    expect(await heard.once("backpressure")).toMatchObject({ direction: "receive", state: "full", messages: 4 });
    expect(heard.all("messageReceived")).toHaveLength(4);
    goOn.resolve();

    for (let i = 0; i < 20; i++) expect(await client.next()).toBe(`${i}`);
  });

  test("that stays full closes with 1008, and the log names the option", async () => {
    const { app, heard } = testApp({ limits: { receiveMessages: 2, receiveFullTimeout: 100 } });
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await socket.closed;
    });
    const client = await rawOpen(await listenAnywhere(app));

    for (let i = 0; i < 5; i++) client.say(`${i}`);

    expect(await client.next()).toEqual({ code: 1008, reason: "" });
    client.close(1008);
    const { error } = await heard.once("connectionClosed");
    expect((error as Error).message).toContain("limits.receiveFullTimeout");
  });

  test("socket.ignoreMessages() discards what comes: a handler that only sends is never held up", async () => {
    const { app, heard } = testApp({ limits: { receiveMessages: 2 } });
    app.ws("/ws", async (socket) => {
      await socket.accept();
      socket.ignoreMessages();
      await socket.closed;
    });
    const client = await rawOpen(await listenAnywhere(app));

    for (let i = 0; i < 10; i++) client.say(`${i}`);
    client.close(4000);

    expect(await client.next()).toEqual({ code: 4000, reason: "" });
    expect((await heard.once("connectionClosed")).received.messages).toBe(10);
    expect(heard.all("backpressure")).toEqual([]);
  });
});

describe("rule 10: sends", () => {
  test("that are awaited go no faster than the client reads", async () => {
    const { app, heard } = testApp();
    let sent = 0;
    app.ws("/ws", async (socket) => {
      for (; sent < 300; sent++) await socket.sendBytes(new Uint8Array(100_000));
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.socket.pause();
    await heard.once("backpressure");
    // A turn of the event loop in which the handler could have sent more.
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBeLessThan(100);
    client.socket.resume();

    for (let i = 0; i < 300; i++) await client.nextFrame();
    expect(sent).toBe(300);
  });

  test("that nobody awaits, to a client that does not read, end it with 1013 and nobody else", async () => {
    const { app, heard } = testApp({ limits: { sendBuffer: 1024 * 1024, closeTimeout: 200 } });
    app.ws("/ws", async (socket) => {
      await socket.accept();
      while (socket.open) {
        void socket.sendBytes(new Uint8Array(256 * 1024));
        await new Promise((resolve) => setImmediate(resolve));
      }
      void socket.send("and one more");
    });
    app.ws("/other", async (socket) => {
      for await (const text of socket.iterText()) await socket.send(text);
    });
    const port = await listenAnywhere(app);
    const other = await rawOpen(port, "/other");
    const client = await rawOpen(port);

    client.socket.pause();
    const { error } = await heard.once("connectionClosed");

    expect(error).toMatchObject({ closeCode: 1013 });
    expect((error as Error).message).toContain("limits.sendBuffer");
    other.say("still here");
    expect(await other.next()).toBe("still here");
    expect(heard.errors).toEqual([]);
  });
});
