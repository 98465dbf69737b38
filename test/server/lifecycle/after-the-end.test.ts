/** What is left when a connection is over: messages to be read, half-open TCP, and the ends of others, which are errors. */

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ServerSocket } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { LEAVINGS } from "./leavings.ts";

describe("rule 13: half-open TCP", () => {
  test("a FIN without a Close frame ends TCP from our side too, with no Close frame", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      for await (const _ of socket);
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.fin();

    expect(await client.rest()).toBe("");
    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1006, wasClean: false });
    expect((await heard.once("connectionClosed")).error).toBeUndefined();
  });
});

describe("the end of another socket", () => {
  test("its DisconnectError, where it escapes, is an error: 1011, and in the log", async () => {
    const { app, heard } = testApp();
    let upstream: ServerSocket | undefined;
    app.ws("/upstream", async (socket) => {
      await socket.accept();
      upstream = socket;
      await socket.closed;
    });
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await upstream!.receive();
    });
    const port = await listenAnywhere(app);
    const other = await rawOpen(port, "/upstream");
    const client = await rawOpen(port);

    other.close(4000);

    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    expect(heard.all("error")).toMatchObject([{ where: "handler", error: { name: "DisconnectError", code: 4000 } }]);
  });

  test("an AbortError of a signal that is not ours is an error", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      void socket.signal;
      await sleep(60_000, undefined, { signal: AbortSignal.abort() });
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    expect(heard.errors).toMatchObject([{ where: "handler" }]);
  });
});

describe("rule 7: at the end", () => {
  test.each(LEAVINGS)(
    "messages that came before are delivered before the end, when the peer leaves $how",
    async ({ leave, how }) => {
      const { app, heard } = testApp();
      const got: unknown[] = [];
      app.ws("/ws", async (socket) => {
        await socket.accept();
        await socket.closed;
        got.push(socket.state, socket.signal.aborted);
        for await (const text of socket.iterText()) got.push(text);
        got.push("end");
      });
      const client = await rawOpen(await listenAnywhere(app));

      for (const text of ["a", "", "c"]) client.say(text);
      await heard.once("messageReceived", 2);
      leave(client);
      await heard.once("connectionClosed");
      await app.close();

      // An empty message is a message, not the end.
      expect([how, ...got]).toEqual([how, "closed", true, "a", "", "c", "end"]);
    },
  );
});
